// The subspace prior: w = B h and x = C m with known B and C, recovered by alternating least squares.
import { inner, type RandomStream, times } from '@blind-demod/arrays';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { type AlternatingRecovery, alternate, type FactorUpdate } from './alternating.js';
import { combine, type Dictionary, leastSquares } from './least-squares.js';

/**
 * Recovers w = B h and x = C m from y = w ⊙ x. The first start is spectral: Bᵀ diag(y) C is h mᵀ / ℓ on average, so
 * its leading right singular vector points along m. The others are random.
 */
export function recoverInSubspaces(
  observation: Float64Array,
  { signal, distortion }: { signal: Dictionary; distortion: Dictionary },
  { starts, iterations }: { starts: number; iterations: number },
  random: RandomStream,
): AlternatingRecovery {
  const fit = (basis: Dictionary): FactorUpdate => {
    return (other, y) =>
      combine(
        basis,
        leastSquares(
          basis.map(column => times(column, other)),
          y,
        ),
      );
  };
  const coefficients = (start: number) =>
    start === 0
      ? leadingRightVector(correlations(observation, signal, distortion))
      : Float64Array.from(distortion, () => random.normal());
  const beginnings = Array.from({ length: starts }, (_, start) => ({
    updateSignal: fit(signal),
    updateDistortion: fit(distortion),
    distortion: combine(distortion, coefficients(start)),
  }));
  return alternate(observation, beginnings, iterations);
}

/** Bᵀ diag(y) C. */
export function correlations(observation: Float64Array, signal: Dictionary, distortion: Dictionary): Matrix {
  const weighted = distortion.map(column => times(column, observation));
  return new Matrix(signal.map(row => weighted.map(column => inner(row, column))));
}

/** The right singular vector of the largest singular value. */
export function leadingRightVector(matrix: Matrix): Float64Array {
  // The singular values come in descending order. A wide matrix is decomposed as its transpose.
  const { rightSingularVectors } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  return Float64Array.from(rightSingularVectors.getColumn(0));
}
