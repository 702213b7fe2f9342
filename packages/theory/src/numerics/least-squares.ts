// Least squares over a few columns, the inner step of the alternating methods.
import { inner, LEAST_NORMAL } from '@blind-demod/arrays';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** The columns of which an image is a combination, each of the image's length. */
export type Dictionary = readonly Float64Array[];

/**
 * The coefficients that minimise ‖target − Σ_i c_i column_i‖, by the normal equations. A relative ridge of 1e-12 keeps
 * them solvable where columns depend on one another.
 */
export function leastSquares(columns: Dictionary, target: Float64Array): Float64Array {
  const size = columns.length;
  const square = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const product = inner(columns[i]!, columns[j]!);
      square.set(i, j, product);
      square.set(j, i, product);
    }
  }
  const ridge = 1e-12 * (square.trace() / size) + LEAST_NORMAL;
  for (let i = 0; i < size; i++) square.set(i, i, square.get(i, i) + ridge);
  const right = Matrix.columnVector(columns.map(column => inner(column, target)));
  const cholesky = new CholeskyDecomposition(square);
  // Not positive in floating point: the columns are as good as zero, and so is any answer.
  if (!cholesky.isPositiveDefinite()) return new Float64Array(size);
  return Float64Array.from(cholesky.solve(right).to1DArray());
}
