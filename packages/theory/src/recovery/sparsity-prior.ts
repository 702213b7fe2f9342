// The sparsity prior: w = Φ a and x = Ψ b with known dictionaries Φ, Ψ and few non-zero coefficients a, b. They are
// recovered by alternating hard-thresholded minimisation (the approach of Lee et al. 2017).
import { type ByFactor, combine, inner, minus, times } from '@blind-demod/arrays';
import { type Dictionary, leastSquares } from '../numerics/least-squares.js';
import { type AlternatingRecovery, alternate, type FactorUpdate } from './alternating.js';
import { correlations, leadingRightVector } from './subspace-prior.js';

export interface SparseFactor {
  readonly dictionary: Dictionary;
  /** How many coefficients are not zero. */
  readonly sparsity: number;
}

/**
 * Recovers w = Φ a and x = Ψ b from y = w ⊙ x. The first start is spectral: Φᵀ diag(y) Ψ is a bᵀ / ℓ on average. Its
 * strongest rows, and among those its strongest columns, are the supports; its leading singular vector there gives b.
 * Each further start begins with a single column of Ψ, the strongest first.
 */
export function recoverSparse(
  observation: Float64Array,
  { signal, distortion }: ByFactor<SparseFactor>,
  { starts, iterations }: { starts: number; iterations: number },
): AlternatingRecovery {
  const { supports, coefficients, columns } = spectralSupports(observation, { signal, distortion });
  const beginnings = Array.from({ length: starts }, (_, start) => ({
    updateSignal: hardThresholdingPursuit(signal),
    updateDistortion: hardThresholdingPursuit(distortion),
    distortion:
      start === 0
        ? combine(pick(distortion.dictionary, supports), coefficients)
        : distortion.dictionary[columns[(start - 1) % columns.length]!]!,
  }));
  return alternate(observation, beginnings, iterations);
}

/** The support of b and b there, for the first start; and all columns of Ψ, the strongest first. */
function spectralSupports(observation: Float64Array, { signal, distortion }: ByFactor<SparseFactor>) {
  const dictionaries = { signal: signal.dictionary, distortion: distortion.dictionary };
  const products = correlations(observation, dictionaries);
  // How strong a row is: the sum of its largest squares, as many as the other factor has coefficients.
  const rows = largest(
    products.to2DArray().map(row => sumOfLargest(row, distortion.sparsity)),
    signal.sparsity,
  );
  const chosenRows = products.subMatrixRow(rows);
  const strengths = chosenRows
    .transpose()
    .to2DArray()
    .map(column => column.reduce((sum, value) => sum + value ** 2, 0));
  const columns = largest(strengths, strengths.length);
  const supports = columns.slice(0, distortion.sparsity);
  return { supports, coefficients: leadingRightVector(chosenRows.subMatrixColumn(supports)), columns };
}

function sumOfLargest(values: readonly number[], howMany: number): number {
  const squares = values.map(value => value ** 2).sort((a, b) => b - a);
  return squares.slice(0, howMany).reduce((a, b) => a + b, 0);
}

/**
 * Improves the sparse coefficients of one factor, given the other: a gradient step, the largest coefficients as the
 * new support, least squares on it (Foucart's hard thresholding pursuit).
 */
function hardThresholdingPursuit({ dictionary, sparsity }: SparseFactor): FactorUpdate {
  let support: number[] = [];
  let coefficients = new Float64Array(0);
  let image = new Float64Array(dictionary[0]!.length);
  return (other, observation) => {
    for (let step = 0; step < PURSUIT_STEPS; step++) {
      const residual = times(other, minus(observation, times(other, image)));
      const moved = dictionary.map(column => inner(column, residual));
      const stepSize = exactStep(dictionary, other, moved, largest(moved.map(Math.abs), sparsity));
      for (let index = 0; index < moved.length; index++) moved[index]! *= stepSize;
      support.forEach((index, i) => {
        moved[index]! += coefficients[i]!;
      });
      support = largest(moved.map(Math.abs), sparsity);
      const chosen = pick(dictionary, support);
      const columns = chosen.map(column => times(column, other));
      coefficients = Float64Array.from(leastSquares(columns, observation));
      image = Float64Array.from(combine(chosen, coefficients));
    }
    return image;
  };
}

/** Steps of pursuit before the other factor's turn. */
const PURSUIT_STEPS = 2;

/** ‖g_S‖² / ‖A g_S‖² for A = diag(other) Φ: the best step along g_S, the gradient's largest entries. */
function exactStep(
  dictionary: Dictionary,
  other: Float64Array,
  gradient: readonly number[],
  support: readonly number[],
): number {
  const part = support.map(index => gradient[index]!);
  const image = times(other, combine(pick(dictionary, support), part));
  const squares = inner(image, image);
  return squares === 0 ? 0 : part.reduce((sum, value) => sum + value ** 2, 0) / squares;
}

const pick = (columns: Dictionary, indices: readonly number[]): Dictionary =>
  indices.map(index => columns[index]!);

/** The indices of the largest values, in descending order. */
function largest(values: readonly number[], howMany: number): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, howMany);
}
