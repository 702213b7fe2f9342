// Drawing with mouse, finger, pen or keys.
import { oncePerPicture } from './dom.js';
import { GRID, type Ink, type Point, simplified } from './ink.js';
import { MAX_POINTS } from './state.js';

/** How far an arrow key moves the pen, and with Shift, on the grid. */
const STEPS = { usual: 6, fast: 24 };

/**
 * Lets the visitor draw on a canvas. `change` is told the ink while a stroke grows; `current` gives the ink that it is
 * added to. With keys, the arrows move the pen and Space puts it down and lifts it; Backspace takes the last stroke back.
 */
export function letDraw(
  canvas: HTMLElement,
  pen: HTMLElement,
  { current, change }: { current: () => Ink; change: (ink: Ink) => void },
): void {
  let before: Ink = [];
  let stroke: Point[] | undefined;
  const show = oncePerPicture(() => {
    if (stroke) change([...before, simplified(stroke).slice(0, MAX_POINTS)]);
  });
  const begin = (point: Point) => {
    before = current();
    stroke = [point];
    show();
  };
  const end = () => {
    if (!stroke) return;
    change([...before, simplified(stroke).slice(0, MAX_POINTS)]);
    stroke = undefined;
  };

  const pointOf = (event: PointerEvent): Point => {
    const box = canvas.getBoundingClientRect();
    const on = (offset: number, length: number) =>
      Math.min(GRID, Math.max(0, Math.round((GRID * offset) / length)));
    return [on(event.clientX - box.left, box.width), on(event.clientY - box.top, box.height)];
  };
  canvas.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    begin(pointOf(event));
  });
  canvas.addEventListener('pointermove', event => {
    if (!stroke || !canvas.hasPointerCapture(event.pointerId)) return;
    stroke.push(...event.getCoalescedEvents().map(pointOf), pointOf(event));
    show();
  });
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);

  let at: Point = [GRID / 2, GRID / 2];
  const showPen = () => {
    pen.style.left = `${(100 * at[0]) / GRID}%`;
    pen.style.top = `${(100 * at[1]) / GRID}%`;
    pen.classList.toggle('down', stroke !== undefined);
  };
  canvas.addEventListener('keydown', event => {
    const move = directionOf(event);
    if (move) {
      const on = (value: number) => Math.min(GRID, Math.max(0, Math.round(value)));
      const step = event.shiftKey ? STEPS.fast : STEPS.usual;
      at = [on(at[0] + step * move[0]), on(at[1] + step * move[1])];
      stroke?.push(at);
      show();
    } else if (event.key === ' ') {
      if (stroke) end();
      else begin([Math.round(at[0]), Math.round(at[1])]);
    } else if (event.key === 'Backspace') {
      stroke = undefined;
      change(current().slice(0, -1));
    } else return;
    event.preventDefault();
    showPen();
  });
  canvas.addEventListener('blur', () => {
    end();
    showPen();
  });
  showPen();
}

/** Where an arrow key points; undefined for other keys. */
export function directionOf({ key }: KeyboardEvent): Point | undefined {
  const directions: Record<string, Point> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  return directions[key];
}

/** Lets the visitor drag something over a square; `move` is told where, from 0 to 1 each way. */
export function letDrag(square: HTMLElement, move: (x: number, y: number) => void): void {
  const tell = (event: PointerEvent) => {
    const box = square.getBoundingClientRect();
    const on = (offset: number, length: number) => Math.min(1, Math.max(0, offset / length));
    move(on(event.clientX - box.left, box.width), on(event.clientY - box.top, box.height));
  };
  square.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    square.setPointerCapture(event.pointerId);
    tell(event);
  });
  square.addEventListener('pointermove', event => {
    if (square.hasPointerCapture(event.pointerId)) tell(event);
  });
}
