// The scores of one estimate of one image.
import { atBestScale, type Float32NdArray, float32 } from '@blind-demod/arrays';
import { psnr } from './psnr.js';
import { relativeError } from './relative-error.js';
import { ssim } from './ssim.js';

export interface Scores {
  /** dB, peak 1. */
  readonly psnr: number;
  readonly ssim: number;
  readonly relativeError: number;
}

/**
 * How close an estimate [channels, height, width] is to the truth, after rescaling it by the best factor. Only
 * SSIM clips the rescaled estimate to [0, 1]. An estimate with values that are not finite scores as a black one.
 */
export function scoreAtBestScale(estimate: Float32NdArray, truth: Float32NdArray): Scores {
  const scaled = atBestScale(estimate.data, truth.data);
  return {
    psnr: psnr(scaled, truth.data),
    ssim: ssim(float32(truth.shape, scaled), truth),
    relativeError: relativeError(scaled, truth.data),
  };
}
