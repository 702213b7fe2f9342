// Relative error: the distance to the truth, in units of the truth's own length.
import { atBestScale, inner } from './scale.js';

/** ‖ŵ − w‖ / ‖w‖: 0 when equal, 1 for a black estimate. The estimate is taken as it is, not rescaled. */
export function relativeError(estimate: Float32Array, truth: Float32Array): number {
  const difference = truth.map((value, index) => estimate[index]! - value);
  const error = inner(difference, difference);
  return error === 0 ? 0 : Math.sqrt(error / inner(truth, truth));
}

/** The relative error of the estimate at its best scale. */
export const errorAtBestScale = (estimate: Float32Array, truth: Float32Array): number =>
  relativeError(atBestScale(estimate, truth), truth);
