// Peak signal-to-noise ratio.
import { psnr } from '@blind-demod/arrays';
import { decibel } from '@blind-demod/picture';
import type { Metric } from './metric.js';

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
