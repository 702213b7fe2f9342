// Where two trees of arrays differ by more than rounding.
import type { NdArray } from '@blind-demod/arrays';
import { isNdArray, leaves, type Tree } from '../src/tree.js';

/**
 * The first difference between two trees of arrays in words, or undefined. Numbers may differ by `tolerance` times
 * the larger of one and their size; infinities and NaN must be the same.
 */
export function difference(got: unknown, expected: unknown, tolerance: number): string | undefined {
  const actual = new Map(leaves(got as Tree<NdArray>, isNdArray));
  const wanted = leaves(expected as Tree<NdArray>, isNdArray);
  if (actual.size !== wanted.length) return `expected ${wanted.length} arrays, got ${actual.size}`;
  for (const [path, b] of wanted) {
    const a = actual.get(path);
    if (a === undefined) return `expected an array at ${path}, got none`;
    const [typeA, typeB] = [a, b].map(({ dtype, shape }) => `${dtype} [${shape}]`);
    if (typeA !== typeB) return `${path}: expected ${typeB}, got ${typeA}`;
    for (const [i, value] of b.data.entries()) {
      if (!isClose(a.data[i]!, value, tolerance))
        return `${path}, element ${i}: expected ${value}, got ${a.data[i]}`;
    }
  }
  return undefined;
}

/** Whether two numbers are the same but for rounding. The sign of zero does not count. */
export const isClose = (a: number, b: number, tolerance: number): boolean =>
  Object.is(a, b) || (Number.isFinite(b) && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)));
