// How near an estimate of an image is to the truth.
import { atBestScale } from './scale.js';
import { inner, minus, times } from './vectors.js';

/** Above this, in dB, images count as equal: no value differs by more than a few 10⁻⁵ of the range. */
export const MAX_PSNR = 100;

/**
 * Peak signal-to-noise ratio: −10 log₁₀ of the mean squared difference of two images with values in [0, 1] (a peak of 1),
 * in dB. At most `MAX_PSNR`, so that equal images have a finite number and means stay meaningful.
 */
export function psnr(estimate: Float32Array, truth: Float32Array): number {
  const difference = minus(estimate, truth);
  return Math.min(MAX_PSNR, -10 * Math.log10(inner(difference, difference) / truth.length));
}

/** ‖ŵ − w‖ / ‖w‖: 0 when equal, 1 for a black estimate. The estimate is taken as it is, not rescaled. */
export function relativeError(estimate: Float32Array, truth: Float32Array): number {
  const difference = minus(estimate, truth);
  const error = inner(difference, difference);
  return error === 0 ? 0 : Math.sqrt(error / inner(truth, truth));
}

/**
 * ‖w ⊙ (x̂ − x)‖ / ‖w ⊙ x‖, at the scale of x̂ that is best for it: the error of a distortion where the signal w shows it,
 * the more the brighter w is there. 0 for a black signal, which shows nothing.
 */
export function errorWhereSeen(estimate: Float32Array, truth: Float32Array, signal: Float32Array): number {
  const seen = times(signal, truth);
  return relativeError(atBestScale(times(signal, estimate), seen), seen);
}
