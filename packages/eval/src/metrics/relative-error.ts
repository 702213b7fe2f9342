// Relative error: the distance to the truth, in units of the truth's own length.
import { inner, minus } from '@blind-demod/arrays';
import { thousandth } from '@blind-demod/picture';
import type { Metric } from './metric.js';

/** ‖ŵ − w‖ / ‖w‖: 0 when equal, 1 for a black estimate. The estimate is taken as it is, not rescaled. */
export function relativeError(estimate: Float32Array, truth: Float32Array): number {
  const difference = minus(estimate, truth);
  const error = inner(difference, difference);
  return error === 0 ? 0 : Math.sqrt(error / inner(truth, truth));
}

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
