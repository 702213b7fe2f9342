// Arithmetic of plain arrays.
import { type Float32NdArray, takeRows } from '@blind-demod/experiment';

/** Σ aᵢbᵢ */
export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** a ⊙ b */
export const times = (a: Float32Array, b: Float32Array): Float32Array =>
  a.map((value, index) => value * b[index]!);

export const norm = (a: Float32Array): number => Math.sqrt(inner(a, a));

/** The numbers of one row of an array [n, …]. */
export const rowOf = (array: Float32NdArray, row: number): Float32Array => takeRows(array, [row]).data;

/** The factor that brings an estimate nearest to the truth; 0 where there is nothing to scale. */
export function bestFactor(truth: Float32Array, estimate: Float32Array): number {
  const square = inner(estimate, estimate);
  return square === 0 ? 0 : inner(truth, estimate) / square;
}
