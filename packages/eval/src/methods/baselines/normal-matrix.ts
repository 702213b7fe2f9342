// The matrix of normal equations.

/** 𝒜ᵀ𝒜 by rows: the inner products of the columns of 𝒜 over the observed pixels. */
import { inner } from '@blind-demod/arrays';
export function normalMatrix(columns: readonly Float64Array[], observed?: Float64Array): Float64Array[] {
  const seen = observed ? columns.map(column => column.map((value, i) => value * observed[i]!)) : columns;
  const normal = columns.map(() => new Float64Array(columns.length));
  for (let i = 0; i < columns.length; i++) {
    for (let j = 0; j <= i; j++) {
      const product = inner(seen[i]!, columns[j]!);
      normal[i]![j] = product;
      normal[j]![i] = product;
    }
  }
  return normal;
}
