// How far recovered images are from the true ones. Their scales cannot be known, and do not count.
import { type ByFactor, inner, norm } from '@blind-demod/arrays';

/** The images w and x, [ℓ] each. */
export type ImagePair = ByFactor<Float64Array>;

/**
 * The sine of the angle between an image and its estimate: the relative error with the best scale. 1 for an estimate
 * of 0.
 */
export function angularError(truth: Float64Array, estimate: Float64Array): number {
  const cosine = inner(truth, estimate) / (norm(truth) * norm(estimate));
  return Number.isNaN(cosine) ? 1 : Math.sqrt(Math.max(0, 1 - cosine ** 2));
}

/** The larger of the two factors' errors. */
export function pairError(truth: ImagePair, estimate: ImagePair): number {
  return Math.max(
    angularError(truth.signal, estimate.signal),
    angularError(truth.distortion, estimate.distortion),
  );
}
