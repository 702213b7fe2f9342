// Pictures as the estimate sees them: small, as logarithms, of mean 0. Memory of many pictures is that of these.

import { SIDE } from './encoder.js';

/** What is darker than this part of a picture's mean counts as that: logarithms of next to nothing say nothing of the light. */
const FLOOR = 0.02;
/** A cell of which less than this part is left counts as not seen. */
const LEAST_SEEN = 0.25;

/** One plane of a picture, as it is stored. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Row-major. */
  readonly data: ArrayLike<number>;
}

export interface Reduced {
  /** [side · side] logarithms of the mean brightness of each cell, less their mean. */
  readonly log: Float32Array;
  /** The mean brightness, without what is left out. */
  readonly mean: number;
}

/**
 * A plane in 64 × 64 cells, its dark level taken off.
 *
 * @param dark what the camera tells without light: a number, or one for each pixel.
 * @param leftOut pixels to leave out.
 * @returns undefined when nothing is above the dark, or no cell differs from another: it shows nothing.
 */
export function reduce(
  { width, height, data }: Plane,
  { dark, leftOut }: { dark: number | ArrayLike<number>; leftOut?: (pixel: number) => boolean },
): Reduced | undefined {
  const sums = new Float64Array(SIDE * SIDE);
  const counts = new Float64Array(SIDE * SIDE);
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor((x * SIDE) / width));
  for (let y = 0; y < height; y++) {
    const row = SIDE * Math.floor((y * SIDE) / height);
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const value = data[pixel]! - (typeof dark === 'number' ? dark : dark[pixel]!);
      if (leftOut?.(pixel) || !Number.isFinite(value)) continue;
      const cell = row + columns[x]!;
      sums[cell]! += value;
      counts[cell]!++;
    }
  }
  const whole = (width * height) / (SIDE * SIDE);
  const cells = sums.map((sum, cell) =>
    counts[cell]! >= LEAST_SEEN * whole ? sum / counts[cell]! : Number.NaN,
  );
  const seen = cells.filter(value => !Number.isNaN(value));
  const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
  if (!(mean > 0) || seen.every(value => value === seen[0])) return undefined;
  return { log: centred(toLog(Float32Array.from(filled(cells)))), mean };
}

/** The logarithm of brightnesses, with a floor. */
export function toLog(values: Float32Array): Float32Array {
  const floor = FLOOR * meanOf(values);
  return values.map(value => Math.log(Math.max(value, floor)));
}

/** In half as many cells each way: the logarithms of the means of 2 × 2, less their mean. */
export function halved(log: Float32Array): Float32Array {
  const side = SIDE / 2;
  const sums = new Float32Array(side * side);
  for (let cell = 0; cell < log.length; cell++) {
    const [x, y] = [(cell % SIDE) >> 1, Math.floor(cell / SIDE) >> 1];
    sums[y * side + x]! += Math.exp(log[cell]!) / 4;
  }
  return centred(sums.map(Math.log));
}

/** Less its mean. */
export function centred(field: Float32Array): Float32Array {
  const mean = meanOf(field);
  const less = new Float32Array(field.length);
  for (let i = 0; i < field.length; i++) less[i] = field[i]! - mean;
  return less;
}

function meanOf(field: Float32Array): number {
  let sum = 0;
  for (const value of field) sum += value;
  return sum / field.length;
}

/** Cells that were not seen take the mean of those beside them that were, from the rim of a hole inwards. */
function filled(cells: Float64Array): Float64Array {
  let current = cells;
  while (current.some(Number.isNaN)) {
    current = current.map((value, cell) => {
      if (!Number.isNaN(value)) return value;
      const [x, y] = [cell % SIDE, Math.floor(cell / SIDE)];
      const beside = [
        x > 0 ? cell - 1 : -1,
        x < SIDE - 1 ? cell + 1 : -1,
        y > 0 ? cell - SIDE : -1,
        cell + SIDE,
      ];
      const known = beside.map(other => current[other] ?? Number.NaN).filter(other => !Number.isNaN(other));
      return known.length === 0 ? Number.NaN : known.reduce((a, b) => a + b, 0) / known.length;
    });
  }
  return current;
}
