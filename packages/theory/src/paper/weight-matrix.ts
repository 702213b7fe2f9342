// The weights of a layer as a matrix, and products with it.

/** W, [rows, columns], row after row. */
export interface WeightMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** W u. @throws TypeError unless u has as many entries as W has columns */
export function multiply({ rows, columns, data }: WeightMatrix, u: Float64Array): Float64Array {
  if (u.length !== columns) throw new TypeError(`expected a vector of ${columns}, got ${u.length}`);
  const product = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += data[at++]! * u[column]!;
    product[row] = sum;
  }
  return product;
}

/** Wᵀ v. @throws TypeError unless v has as many entries as W has rows */
export function multiplyTransposed({ rows, columns, data }: WeightMatrix, v: Float64Array): Float64Array {
  if (v.length !== rows) throw new TypeError(`expected a vector of ${rows}, got ${v.length}`);
  const product = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const factor = v[row]!;
    // What a rectifier has switched off is zero.
    if (factor === 0) continue;
    const at = row * columns;
    for (let column = 0; column < columns; column++) product[column]! += factor * data[at + column]!;
  }
  return product;
}

/** The entries of a row, not copied. */
export const rowOf = ({ columns, data }: WeightMatrix, row: number): Float64Array =>
  data.subarray(row * columns, (row + 1) * columns);
