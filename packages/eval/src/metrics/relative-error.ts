// Relative error: the distance to the truth, in units of the truth's own length.
import { relativeError } from '@blind-demod/arrays';
import { thousandth } from '@blind-demod/picture';
import type { Metric } from './metric.js';

export const RELATIVE_ERROR = {
  kind: 'number',
  of: {
    signal: { columns: { 'rel. error': 'median' } },
    distortion: { columns: { distortion: 'median' } },
  },
  columns: { 'rel. error': 'median' },
  column: 'relative_error',
  summary: 'relativeError',
  show: thousandth,
  score: ({ scaled, truth }) => relativeError(scaled.data, truth.data),
} as const satisfies Metric;
