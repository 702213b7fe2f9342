// The cells of a picture whose brightnesses are compared, and which are compared with which.

import { fieldsOf, TERMS } from './basis.js';

/** Cells per side. */
export const CELLS = 16;

/** The two cells of a pair: so far to the right, and so far down. */
export const PAIRS: readonly (readonly [right: number, down: number])[] = [1, 2, 4, 8].flatMap(distance => [
  [distance, 0],
  [0, distance],
]);

/** One for each kind of pair and each cell, also where the other cell is not in the picture. */
export const ROWS = PAIRS.length * CELLS * CELLS;

/** Whether the other cell of a pair is in the picture. */
export function isInside(pair: number, cell: number): boolean {
  const [right, down] = PAIRS[pair]!;
  return (cell % CELLS) + right < CELLS && Math.floor(cell / CELLS) + down < CELLS;
}

/**
 * [rows, terms]: what each term of a light differs by from the cell to the other; 0 where that is not in the picture.
 *
 * @param side of the pictures whose cells these are.
 */
export function designOf(side: number): Float32Array {
  const terms = fieldsOf(side).map(field => meansOfCells(field, side));
  const rows = new Float32Array(ROWS * TERMS.length);
  for (let row = 0; row < ROWS; row++) {
    const [pair, cell] = [Math.floor(row / CELLS ** 2), row % CELLS ** 2];
    if (!isInside(pair, cell)) continue;
    const [right, down] = PAIRS[pair]!;
    const other = cell + right + down * CELLS;
    for (const [term, means] of terms.entries())
      rows[row * TERMS.length + term] = means[other]! - means[cell]!;
  }
  return rows;
}

function meansOfCells(field: Float32Array, side: number): Float32Array {
  const width = side / CELLS;
  const means = new Float32Array(CELLS * CELLS);
  for (const [pixel, value] of field.entries()) {
    const [x, y] = [Math.floor((pixel % side) / width), Math.floor(pixel / side / width)];
    means[y * CELLS + x]! += value / width ** 2;
  }
  return means;
}
