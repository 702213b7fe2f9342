// A drawing: strokes as points, smoothed to curves, and as an image of any size.

/** A place on the square, from 0 to 255 each way: a byte in the address. */
export type Point = readonly [x: number, y: number];
export type Stroke = readonly Point[];
export type Ink = readonly Stroke[];

/** The grid that points lie on, from edge to edge. */
export const GRID = 255;
/** Half the width of a pen's stroke, and over how much it fades: those of the training digits; the side is 1. */
const RADIUS = 0.039;
const FADE = 0.024;
/** Straight pieces that a curve is drawn by between two of its points. */
const PIECES = 6;
/** A drawing that would move by less than this, on the grid, fits already. */
const CREEP = 4;
/** Side of the box in the middle that the training digits were fitted into: 20 of 28 pixels. */
export const BOX = 20 / 28;

/** The ink as an image of size × size pixels in [0, 1], row-major: white on black. */
export function inkImage(ink: Ink, size: number): Float32Array {
  const image = new Float32Array(size * size);
  for (const [from, to] of ink.flatMap(piecesOf)) drawPiece(image, size, from, to);
  return image;
}

type Piece = readonly [from: Point, to: Point];

/** Straight pieces, in units of the side, along a Catmull-Rom curve through the points of a stroke. */
function piecesOf(stroke: Stroke): Piece[] {
  const at = (index: number): Point => {
    const [x, y] = stroke[Math.min(Math.max(index, 0), stroke.length - 1)]!;
    return [x / GRID, y / GRID];
  };
  if (stroke.length === 1) return [[at(0), at(0)]];
  const curve = stroke.slice(1).flatMap((_, index) => {
    const [a, b, c, d] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    return Array.from({ length: PIECES }, (_, piece): Point => {
      const t = (piece + 1) / PIECES;
      return [curveAt(a[0], b[0], c[0], d[0], t), curveAt(a[1], b[1], c[1], d[1], t)];
    });
  });
  return curve.map((to, index) => [curve[index - 1] ?? at(0), to]);
}

const curveAt = (a: number, b: number, c: number, d: number, t: number): number =>
  b + (t / 2) * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));

function drawPiece(image: Float32Array, size: number, [ax, ay]: Point, [bx, by]: Point): void {
  const reach = RADIUS + FADE;
  const pixels = (low: number, high: number) =>
    [
      Math.max(0, Math.floor((low - reach) * size)),
      Math.min(size, Math.ceil((high + reach) * size)),
    ] as const;
  const [left, right] = pixels(Math.min(ax, bx), Math.max(ax, bx));
  const [top, bottom] = pixels(Math.min(ay, by), Math.max(ay, by));
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy || 1;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const [px, py] = [(column + 0.5) / size - ax, (row + 0.5) / size - ay];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const place = row * size + column;
      image[place] = Math.max(image[place]!, brightness(distance));
    }
  }
}

/** White inside the stroke, black outside, and a smooth step between. */
function brightness(distance: number): number {
  const t = Math.min(1, Math.max(0, (RADIUS + FADE - distance) / (2 * FADE)));
  return t * t * (3 - 2 * t);
}

/** A stroke with no more points than its shape needs, as a hand leaves many (Ramer, Douglas and Peucker). */
export function simplified(stroke: Stroke, tolerance = 3): Stroke {
  const first = stroke[0];
  const last = stroke.at(-1);
  if (first === undefined || last === undefined || stroke.length <= 2) return stroke;
  const distances = stroke.map(point => distanceToPiece(point, first, last));
  const farthest = distances.indexOf(Math.max(...distances));
  if (distances[farthest]! <= tolerance) return [first, last];
  return [
    ...simplified(stroke.slice(0, farthest + 1), tolerance).slice(0, -1),
    ...simplified(stroke.slice(farthest), tolerance),
  ];
}

function distanceToPiece([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const along = square && Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / square));
  return Math.hypot(px - ax - along * dx, py - ay - along * dy);
}

/** The ink moved and scaled as the training digits were: into the box, its centre of mass in the middle. */
export function fitted(ink: Ink): Ink {
  const points = ink.flat();
  if (points.length < 2) return ink;
  const range = (axis: 0 | 1) => {
    const values = points.map(point => point[axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return { middle: (low + high) / 2, extent: high - low };
  };
  const [across, down] = [range(0), range(1)];
  // The pen's own width belongs to the digit.
  const pen = 2 * RADIUS * GRID;
  const side = Math.max(across.extent, down.extent);
  const scale = side === 0 ? 1 : (BOX * GRID - pen) / side;
  const sized = mapped(ink, ([px, py]) => [
    GRID / 2 + scale * (px - across.middle),
    GRID / 2 + scale * (py - down.middle),
  ]);
  const [x, y] = centreOfMass(sized);
  const toGrid = (value: number) => Math.min(GRID, Math.max(0, Math.round(value)));
  const moved = mapped(sized, ([px, py]) => [toGrid(px + GRID / 2 - x), toGrid(py + GRID / 2 - y)]);
  // Whole numbers would otherwise creep a little each time.
  const farthest = Math.max(
    ...moved.flat().map(([px, py], index) => Math.hypot(px - points[index]![0], py - points[index]![1])),
  );
  return farthest < CREEP ? ink : moved;
}

const mapped = (ink: Ink, move: (point: Point) => Point): Ink => ink.map(stroke => stroke.map(move));

/** The mean of the image's pixels, weighted by brightness, on the grid. */
function centreOfMass(ink: Ink): Point {
  const size = 64;
  let [total, x, y] = [0, 0, 0];
  inkImage(ink, size).forEach((value, pixel) => {
    total += value;
    x += value * ((pixel % size) + 0.5);
    y += value * (Math.floor(pixel / size) + 0.5);
  });
  return [(x / total / size) * GRID, (y / total / size) * GRID];
}
