// The stage: what the visitor makes, drawing, light and product, and the tools that change them.
import { element, make, oncePerPicture } from './dom.js';
import { directionOf, letDrag, letDraw } from './draw.js';
import { EXAMPLES } from './examples.js';
import type { Ink } from './ink.js';
import { type Lamp, onRail, RAIL_ENDS } from './lamp.js';
import { paint } from './pixels.js';
import { type Truth, truthOf } from './stage-images.js';
import type { State } from './state.js';

/** How far an arrow key moves the lamp, in parts of the side. */
const STEP = 0.02;

export class Stage {
  private readonly canvases = {
    signal: element('draw', HTMLCanvasElement),
    distortion: element('lamp', HTMLCanvasElement),
    observation: element('product', HTMLCanvasElement),
  };
  private readonly box = element('draw-box', HTMLElement);
  private readonly handle = element('lamp-handle', HTMLElement);
  private readonly width = element('width', HTMLInputElement);
  private readonly strength = element('strength', HTMLInputElement);
  private readonly rail = element('rail', HTMLInputElement);
  private readonly railLine = element('rail-line', SVGLineElement);
  private readonly examples: readonly HTMLButtonElement[];
  private shown: Truth | undefined;

  constructor(
    private readonly current: () => State,
    change: (state: Partial<State>) => void,
  ) {
    letDraw(this.box, element('pen', HTMLElement), {
      current: () => current().ink,
      change: ink => change({ ink }),
    });
    this.examples = EXAMPLES.map(({ name, ink }) => {
      const button = make('button', { type: 'button', 'aria-label': `the digit ${name}` }, name);
      button.addEventListener('click', () => change({ ink }));
      return button;
    });
    element('examples', HTMLElement).append(...this.examples);
    element('clear', HTMLButtonElement).addEventListener('click', () => change({ ink: [] }));

    const lamp = (changed: Partial<Lamp>) => change({ lamp: { ...current().lamp, ...changed } });
    const move = oncePerPicture((x: number, y: number) => {
      const along = onRail(x, y);
      lamp(current().rail ? { x: along, y: along } : { x, y });
    });
    const lampBox = element('lamp-box', HTMLElement);
    for (const box of [lampBox, element('product-box', HTMLElement)]) letDrag(box, move);
    lampBox.addEventListener('keydown', event => {
      const direction = directionOf(event);
      if (!direction) return;
      event.preventDefault();
      const { x, y } = current().lamp;
      // On the rail each arrow moves it along, so twice as far as across.
      const step = current().rail ? 2 * STEP : STEP;
      const on = (value: number) => Math.min(1, Math.max(0, value));
      move(on(x + step * direction[0]), on(y + step * direction[1]));
    });
    this.width.addEventListener('input', () => lamp({ width: Number(this.width.value) }));
    this.strength.addEventListener('input', () => lamp({ strength: Number(this.strength.value) }));
    this.rail.addEventListener('change', () => {
      const { x, y } = current().lamp;
      const along = onRail(x, y);
      change({
        rail: this.rail.checked,
        ...(this.rail.checked && { lamp: { ...current().lamp, x: along, y: along } }),
      });
    });
    const [from, to] = RAIL_ENDS.map(end => `${100 * end}`) as [string, string];
    for (const [name, value] of Object.entries({ x1: from, y1: from, x2: to, y2: to })) {
      this.railLine.setAttribute(name, value);
    }
  }

  /** What is on the stage now. */
  get truth(): Truth {
    this.shown ??= truthOf(this.current());
    return this.shown;
  }

  show(state: State): void {
    const { lamp } = state;
    this.shown = truthOf(state);
    paint(this.canvases.signal, this.shown.signal);
    paint(this.canvases.distortion, this.shown.distortion, 'lit');
    paint(this.canvases.observation, this.shown.observation, 'lit');
    this.box.classList.toggle('empty', state.ink.length === 0);
    this.examples.forEach((button, index) => {
      button.setAttribute('aria-pressed', `${sameInk(EXAMPLES[index]!.ink, state.ink)}`);
    });
    this.handle.style.left = `${100 * lamp.x}%`;
    this.handle.style.top = `${100 * lamp.y}%`;
    this.width.value = `${lamp.width}`;
    this.strength.value = `${lamp.strength}`;
    this.rail.checked = state.rail;
    this.railLine.style.visibility = state.rail ? 'visible' : 'hidden';
  }
}

const sameInk = (a: Ink, b: Ink): boolean => JSON.stringify(a) === JSON.stringify(b);
