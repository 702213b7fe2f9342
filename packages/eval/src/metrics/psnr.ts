// Peak signal-to-noise ratio.
import { inner, minus } from '@blind-demod/arrays';
import { decibel } from '@blind-demod/picture';
import type { Metric } from './metric.js';

/** Above this, in dB, images count as equal: no value differs by more than a few 10⁻⁵ of the range. */
export const MAX_PSNR = 100;

/**
 * −10 log₁₀ of the mean squared difference of two images with values in [0, 1] (a peak of 1), in dB. At most
 * `MAX_PSNR`, so that equal images have a finite number and means stay meaningful.
 */
export function psnr(estimate: Float32Array, truth: Float32Array): number {
  const difference = minus(estimate, truth);
  return Math.min(MAX_PSNR, -10 * Math.log10(inner(difference, difference) / truth.length));
}

export const PSNR = {
  kind: 'number',
  of: {
    signal: { columns: { PSNR: 'median', '95 %': 'medianInterval', 'PSNR 10 %': 'percentile10' } },
    distortion: { columns: {}, optional: true },
  },
  columns: { PSNR: 'median', 'PSNR 10 %': 'percentile10' },
  column: 'psnr_db',
  summary: 'psnr',
  show: decibel,
  score: ({ scaled, truth }) => psnr(scaled.data, truth.data),
} as const satisfies Metric;
