// Relative error: the distance to the truth, in units of the truth's own length.

/** ‖ŵ − w‖ / ‖w‖: 0 when equal, 1 for a black estimate. The estimate is taken as it is, not rescaled. */
import { atBestScale, inner, times } from '@blind-demod/arrays';
export function relativeError(estimate: Float32Array, truth: Float32Array): number {
  const difference = truth.map((value, index) => estimate[index]! - value);
  const error = inner(difference, difference);
  return error === 0 ? 0 : Math.sqrt(error / inner(truth, truth));
}

/** The relative error of the estimate at its best scale. */
export const errorAtBestScale = (estimate: Float32Array, truth: Float32Array): number =>
  relativeError(atBestScale(estimate, truth), truth);

/**
 * ‖w ⊙ (x̂ − x)‖ / ‖w ⊙ x‖, at the scale of x̂ that is best for it: the error of a distortion where the signal w shows it,
 * the more the brighter w is there. 0 for a black signal, which shows nothing.
 */
export const errorWhereSeen = (estimate: Float32Array, truth: Float32Array, signal: Float32Array): number =>
  errorAtBestScale(times(signal, estimate), times(signal, truth));
