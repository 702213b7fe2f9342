// The landscape of figure 1: two views of it with the ways of Algorithm 1 from one start, with the sign check and without.
import type { Client } from './client.js';
import { element, oncePerPicture, wantsStillness } from './dom.js';
import { directionOf, letDrag } from './draw.js';
import type { Path, Terrain } from './messages.js';
import { EXTENT, type PageDevice } from './state.js';

/** Pixels of the coloured plane each way. */
const PLANE = 360;
/** Levels of f / f(0, 0) between which the plane has one colour; close together where the shallow valleys are. */
const LEVELS = [
  0.02, 0.06, 0.12, 0.2, 0.3, 0.42, 0.55, 0.68, 0.8, 0.88, 0.93, 0.965, 0.985, 1, 1.03, 1.1, 1.25, 1.5, 1.9,
  2.5,
];
/** The level of the axes: valleys are below it. */
const PASS = LEVELS.indexOf(1);
/** Milliseconds for an iteration on its way. */
const PACE = 90;
/** How far an arrow key moves the start. */
const STEP = 0.1;

interface View {
  readonly signCheck: boolean;
  readonly box: HTMLElement;
  readonly plane: HTMLCanvasElement;
  readonly over: SVGSVGElement;
  readonly end: HTMLElement;
}

type Start = readonly [h: number, m: number];

export class Landscape {
  private readonly views: readonly View[] = [true, false].map(signCheck => {
    const name = signCheck ? 'checked' : 'unchecked';
    return {
      signCheck,
      box: element(`${name}-box`, HTMLElement),
      plane: element(`${name}-plane`, HTMLCanvasElement),
      over: element(`${name}-over`, SVGSVGElement),
      end: element(`${name}-end`, HTMLElement),
    };
  });
  private terrain: Terrain | undefined;
  private start: Start = [0, 0];
  private begun = 0;
  private asked = 0;

  constructor(
    private readonly client: Client,
    private readonly device: PageDevice,
    private readonly change: (start: Start) => void,
  ) {
    const move = oncePerPicture((h: number, m: number) => this.change([awayFromAxis(h), awayFromAxis(m)]));
    for (const { box } of this.views) {
      letDrag(box, (x, y) => move(EXTENT * (2 * x - 1), EXTENT * (1 - 2 * y)));
      box.addEventListener('keydown', event => {
        const direction = directionOf(event);
        if (!direction) return;
        event.preventDefault();
        const on = (value: number) => Math.min(EXTENT, Math.max(-EXTENT, value));
        move(on(this.start[0] + STEP * direction[0]), on(this.start[1] - STEP * direction[1]));
      });
    }
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.colour());
  }

  async load(): Promise<void> {
    this.terrain = await this.client.ask('terrain', { seed: 1, device: this.device });
    this.colour();
  }

  /** Shows the ways from a start. */
  async from(start: Start): Promise<void> {
    this.start = start;
    const asked = ++this.asked;
    const paths = await Promise.all(
      this.views.map(({ signCheck }) =>
        this.client.ask('path', { seed: 1, device: this.device, start, signCheck }),
      ),
    );
    // A later start may have been chosen meanwhile.
    if (asked !== this.asked) return;
    this.begun = performance.now();
    const animate = () => {
      if (asked !== this.asked) return;
      const done = wantsStillness() ? Number.POSITIVE_INFINITY : (performance.now() - this.begun) / PACE;
      this.views.forEach((view, index) => this.draw(view, paths[index]!, done));
      if (done < paths[0]!.length) requestAnimationFrame(animate);
    };
    animate();
  }

  private colour(): void {
    const { terrain } = this;
    if (!terrain) return;
    const colours = LEVELS.concat(Number.POSITIVE_INFINITY).map((_, band) => colourOf(band));
    const pixels = new ImageData(PLANE, PLANE);
    for (let row = 0; row < PLANE; row++) {
      for (let column = 0; column < PLANE; column++) {
        const value = valueAt(terrain, column / (PLANE - 1), 1 - row / (PLANE - 1));
        const band = LEVELS.findIndex(level => value < level);
        pixels.data.set(colours.at(band)!, 4 * (row * PLANE + column));
      }
    }
    for (const { plane } of this.views) {
      plane.width = plane.height = PLANE;
      plane.getContext('2d')!.putImageData(pixels, 0, 0);
    }
  }

  /** The way after some iterations; a part of one is a part of its step. */
  private draw({ over, end, box }: View, path: Path, done: number): void {
    const whole = Math.min(path.length - 1, Math.floor(done));
    const part = whole === path.length - 1 ? 0 : done - whole;
    const [from, to] = [path[whole]!, path[Math.min(path.length - 1, whole + 1)]!];
    const now = [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])] as const;
    const way = [...path.slice(0, whole + 1), now].map(([h, m]) => `${place(h)},${place(-m)}`).join(' ');
    const dot = ([h, m]: readonly [number, number], name: string, r: number) =>
      `<circle class="${name}" cx="${place(h)}" cy="${place(-m)}" r="${r}"/>`;
    over.innerHTML = `${this.valleys()}<polyline class="way under" points="${way}"/><polyline class="way" points="${way}"/>${dot(path[0]!, 'begin', 6)}${dot(now, 'now', 6)}`;
    const [h, m] = path.at(-1)!;
    const found = h > 0 && m > 0;
    end.textContent = found ? 'It ends in the true valley.' : 'It ends in a false valley.';
    box.classList.toggle('lost', !found);
    box.setAttribute('aria-valuetext', `start at h ${path[0]![0].toFixed(1)}, m ${path[0]![1].toFixed(1)}`);
  }

  /** The bottoms of the four valleys, the true one first. */
  private valleys(): string {
    const signs = [
      [1, 1],
      [-1, 1],
      [1, -1],
      [-1, -1],
    ] as const;
    return (this.terrain?.valleys ?? [])
      .map((product, index) => {
        const [a, b] = signs[index]!;
        const steps = 40;
        const points = Array.from({ length: steps + 1 }, (_, step) => {
          const h = Math.exp(Math.log(product / EXTENT) + (step / steps) * Math.log(EXTENT ** 2 / product));
          return `${place(a * h)},${place((-b * product) / h)}`;
        });
        return `<polyline class="valley ${index === 0 ? 'true' : ''}" points="${points.join(' ')}"/>`;
      })
      .join('');
  }
}

/** A coordinate in the drawing, whose side is 400. */
const place = (value: number): string => (200 + (200 * value) / EXTENT).toFixed(1);

/** The axes belong to no start: Algorithm 1 begins where both codes are not zero. */
const awayFromAxis = (value: number): number =>
  Math.abs(value) < 0.05 ? 0.05 * (value < 0 ? -1 : 1) : value;

/** Bilinear; x and y from 0 to 1. */
function valueAt({ values, side }: Terrain, x: number, y: number): number {
  const [column, row] = [x * (side - 1), y * (side - 1)];
  const [left, low] = [Math.min(side - 2, Math.floor(column)), Math.min(side - 2, Math.floor(row))];
  const [s, t] = [column - left, row - low];
  const at = (dx: number, dy: number) => values[(low + dy) * side + left + dx]!;
  return (1 - t) * ((1 - s) * at(0, 0) + s * at(1, 0)) + t * ((1 - s) * at(0, 1) + s * at(1, 1));
}

/** Valleys shine in the accent colour, the deeper the stronger; walls are grey. The page's style has the ends. */
function colourOf(band: number): [number, number, number, number] {
  const style = getComputedStyle(document.documentElement);
  const [pass, deep, wall] = ['--pass', '--accent', '--wall'].map(name =>
    channels(style.getPropertyValue(name)),
  );
  const t = band <= PASS ? ((PASS - band) / PASS) ** 1.3 : (band - PASS) / (LEVELS.length - PASS);
  const end = band <= PASS ? deep! : wall!;
  const [red, green, blue] = pass!.map((value, index) => value + t * (end[index]! - value));
  return [red!, green!, blue!, 255];
}

/** The red, green and blue of #rrggbb. */
const channels = (hex: string): number[] =>
  [1, 3, 5].map(at => Number.parseInt(hex.trim().slice(at, at + 2), 16));
