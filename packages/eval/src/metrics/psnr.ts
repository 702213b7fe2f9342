// Peak signal-to-noise ratio.

/** Above this, in dB, images count as equal: no value differs by more than a few 10⁻⁵ of the range. */
import { inner } from '@blind-demod/arrays';
export const MAX_PSNR = 100;

/**
 * −10 log₁₀ of the mean squared difference of two images with values in [0, 1] (a peak of 1), in dB. At most
 * `MAX_PSNR`, so that equal images have a finite number and means stay meaningful.
 */
export function psnr(estimate: Float32Array, truth: Float32Array): number {
  const difference = truth.map((value, index) => estimate[index]! - value);
  return Math.min(MAX_PSNR, -10 * Math.log10(inner(difference, difference) / truth.length));
}
