// The subspace prior: w = B h and x = C m with known B and C, recovered by alternating least squares.
import { type ByFactor, combine, inner, type RandomStream, times } from '@blind-demod/arrays';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type Dictionary, leastSquares } from '../numerics/least-squares.js';
import { type AlternatingRecovery, alternate, type FactorUpdate } from './alternating.js';

/**
 * Recovers w = B h and x = C m from y = w ⊙ x. The first start is spectral: Bᵀ diag(y) C is h mᵀ / ℓ on average, so its
 * leading right singular vector points along m. The other starts are random.
 *
 * @param bases B and C.
 */
export function recoverInSubspaces(
  observation: Float64Array,
  bases: ByFactor<Dictionary>,
  { starts, iterations }: { starts: number; iterations: number },
  random: RandomStream,
): AlternatingRecovery {
  const coefficients = (start: number) =>
    start === 0
      ? leadingRightVector(correlations(observation, bases))
      : bases.distortion.map(() => random.normal());
  const beginnings = Array.from({ length: starts }, (_, start) => ({
    updateSignal: bestFit(bases.signal),
    updateDistortion: bestFit(bases.distortion),
    distortion: combine(bases.distortion, coefficients(start)),
  }));
  return alternate(observation, beginnings, iterations);
}

/** The combination of the columns that explains y best, given the other factor. */
function bestFit(basis: Dictionary): FactorUpdate {
  return (other, y) => {
    const columns = basis.map(column => times(column, other));
    return combine(basis, leastSquares(columns, y));
  };
}

/** Bᵀ diag(y) C. */
export function correlations(
  observation: Float64Array,
  { signal, distortion }: ByFactor<Dictionary>,
): Matrix {
  const weighted = distortion.map(column => times(column, observation));
  return new Matrix(signal.map(row => weighted.map(column => inner(row, column))));
}

/** The right singular vector of the largest singular value. */
export function leadingRightVector(matrix: Matrix): Float64Array {
  // The singular values come in descending order. A wide matrix is decomposed as its transpose.
  const { rightSingularVectors } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  return Float64Array.from(rightSingularVectors.getColumn(0));
}
