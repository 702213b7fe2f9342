// Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004), by the library ssim.js.
import type { Float32NdArray } from '@blind-demod/arrays';
import { interleaved, thousandth } from '@blind-demod/picture';
import { ssim as compare } from 'ssim.js';
import type { Metric } from './metric.js';

/** As in a browser; a grey image has three equal colours. */
const RGBA = 4;

/**
 * Mean SSIM of two images [1 or 3, height, width] of at least 11×11 pixels, as 8-bit pictures: values clipped
 * to [0, 1] and rounded to multiples of 1/255, colours to their luminance. 1 for equal images, about 0 for
 * unrelated ones.
 *
 * The window is the original's, 11×11 and Gaussian with σ = 1.5, wherever it fits into the image; K₁ = 0.01
 * and K₂ = 0.03.
 */
export function ssim(estimate: Float32NdArray, truth: Float32NdArray): number {
  // 'fast' is the original algorithm with a separable window. Images are small: nothing is downsampled.
  return compare(interleaved(estimate, RGBA), interleaved(truth, RGBA), { ssim: 'fast', downsample: false })
    .mssim;
}

export const SSIM = {
  kind: 'number',
  of: {
    signal: { columns: { SSIM: 'median', 'SSIM 10 %': 'percentile10' } },
    distortion: { columns: {}, optional: true },
  },
  columns: { SSIM: 'median' },
  column: 'ssim',
  summary: 'ssim',
  show: thousandth,
  score: ({ scaled, truth }) => ssim(scaled, truth),
} as const satisfies Metric;
