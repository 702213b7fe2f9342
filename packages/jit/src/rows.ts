// Arrays of one shape and type as one array, a row for each.
import type { NdArray } from '@blind-demod/arrays';

/** Along a new first axis, one after the other; there is at least one. */
export function stack(arrays: readonly NdArray[]): NdArray {
  const [{ dtype, shape, data }] = arrays as [NdArray];
  const all = new (data.constructor as Float32ArrayConstructor)(arrays.length * data.length);
  for (const [i, array] of arrays.entries()) all.set(array.data, i * data.length);
  return { dtype, shape: [arrays.length, ...shape], data: all } as NdArray;
}

/** One of them, by itself. */
export function rowOf({ dtype, shape: [count, ...shape], data }: NdArray, row: number): NdArray {
  const length = data.length / count!;
  return { dtype, shape, data: data.slice(row * length, (row + 1) * length) } as NdArray;
}
