// Arithmetic of plain vectors.
import { type Float32NdArray, takeRows } from './ndarray.js';

export type Vector = Float32Array | Float64Array;

/**
 * The least number that keeps a quotient from 0/0. Below it are the subnormal ones, and ONNX Runtime has the processor take
 * those for zero: in this process' own arithmetic, too, once it has a program.
 */
export const LEAST_NORMAL = 2 ** -1022;

/** ⟨a, b⟩ = Σ aᵢbᵢ */
export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** ‖a‖ */
export const norm = (a: ArrayLike<number>): number => Math.sqrt(inner(a, a));

/** a ⊙ b, entry by entry. */
export const times = <V extends Vector>(a: V, b: ArrayLike<number>): V =>
  a.map((entry, index) => entry * b[index]!) as V;

export const plus = <V extends Vector>(a: V, b: ArrayLike<number>): V =>
  a.map((entry, index) => entry + b[index]!) as V;

export const minus = <V extends Vector>(a: V, b: ArrayLike<number>): V =>
  a.map((entry, index) => entry - b[index]!) as V;

export const scaled = <V extends Vector>(vector: V, factor: number): V =>
  vector.map(entry => factor * entry) as V;

/** target += factor · vector. */
export function addScaled(target: Vector, factor: number, vector: ArrayLike<number>): void {
  for (let index = 0; index < target.length; index++) target[index]! += factor * vector[index]!;
}

/** Σ_i coefficients_i · columns_i, of one column or more. */
export function combine(columns: readonly Float64Array[], coefficients: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(columns[0]!.length);
  columns.forEach((column, index) => addScaled(sum, coefficients[index]!, column));
  return sum;
}

/** The vector at unit length; zeros stay zeros. */
export function normalised(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : scaled(vector, 1 / length);
}

/** The numbers of one row of an array [n, …]. */
export const rowOf = (array: Float32NdArray, row: number): Float32Array => takeRows(array, [row]).data;
