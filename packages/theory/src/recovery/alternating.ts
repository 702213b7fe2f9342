// Alternating minimisation of ‖y − w ⊙ x‖ over both factors: the loop that the subspace and the sparsity prior share.
import { inner, minus, norm, scaled, times } from '@blind-demod/arrays';
import type { ImagePair } from './errors.js';

/** One factor's image, improved for the given other factor. */
export type FactorUpdate = (other: Float64Array, observation: Float64Array) => Float64Array;

/** Where a search begins: a distortion, and updates, which may keep a state of their own. */
export interface AlternatingStart {
  readonly updateSignal: FactorUpdate;
  readonly updateDistortion: FactorUpdate;
  readonly distortion: Float64Array;
}

export interface AlternatingRecovery extends ImagePair {
  /** ‖y − ŵ ⊙ x̂‖ / ‖y‖. */
  readonly residual: number;
}

/** A solution with a smaller residual is exact up to rounding. */
const EXACT = 1e-9;
/** Iterations in which the residual has to fall by a thousandth. */
const PATIENCE = 20;

/**
 * Alternates from each start until one has solved the problem exactly, and gives the result of least residual.
 *
 * @param iterations from each start, at most.
 */
export function alternate(
  observation: Float64Array,
  starts: Iterable<AlternatingStart>,
  iterations: number,
): AlternatingRecovery {
  let best: AlternatingRecovery | undefined;
  for (const { updateSignal, updateDistortion, distortion: start } of starts) {
    let [signal, distortion] = [start, start];
    const residuals: number[] = [];
    for (let done = 0; done < iterations; done++) {
      // The scale is undetermined: at unit mean square neither factor runs away.
      distortion = unitEntries(distortion);
      signal = updateSignal(distortion, observation);
      distortion = updateDistortion(signal, observation);
      const residual = norm(minus(observation, times(signal, distortion))) / norm(observation);
      residuals.push(residual);
      const before = residuals.at(-1 - PATIENCE);
      if (residual < EXACT || (before !== undefined && residual > 0.999 * before)) break;
    }
    const found = { signal, distortion, residual: residuals.at(-1)! };
    if (best === undefined || found.residual < best.residual) best = found;
    if (best.residual < EXACT) break;
  }
  return best!;
}

/** Scaled to entries of mean square 1. */
function unitEntries(vector: Float64Array): Float64Array {
  const squares = inner(vector, vector);
  return squares === 0 ? vector : scaled(vector, Math.sqrt(vector.length / squares));
}
