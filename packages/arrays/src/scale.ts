// Best scale: y = w ⊙ x is also (c·w) ⊙ (x/c), so an estimate is only ever right up to a factor.
import { inner } from './vectors.js';

/** c = ⟨ŵ, w⟩ / ⟨ŵ, ŵ⟩, which minimises ‖cŵ − w‖; 0 for an estimate that is zero or not finite. */
export function bestScale(estimate: Float32Array, truth: Float32Array): number {
  const energy = inner(estimate, estimate);
  return energy > 0 && Number.isFinite(energy) ? inner(estimate, truth) / energy : 0;
}

/** The estimate at its best scale; black when that scale is 0, whatever the estimate holds. */
export function atBestScale(estimate: Float32Array, truth: Float32Array): Float32Array {
  const scale = bestScale(estimate, truth);
  return scale === 0 ? new Float32Array(estimate.length) : estimate.map(value => scale * value);
}
