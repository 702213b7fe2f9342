// The error of a distortion where the signal shows it.
import { atBestScale, times } from '@blind-demod/arrays';
import { thousandth } from '@blind-demod/picture';
import type { Metric } from './metric.js';
import { relativeError } from './relative-error.js';

/**
 * ‖w ⊙ (x̂ − x)‖ / ‖w ⊙ x‖, at the scale of x̂ that is best for it: the error of a distortion where the signal w shows it,
 * the more the brighter w is there. 0 for a black signal, which shows nothing.
 */
export function errorWhereSeen(estimate: Float32Array, truth: Float32Array, signal: Float32Array): number {
  const seen = times(signal, truth);
  return relativeError(atBestScale(times(signal, estimate), seen), seen);
}

export const WHERE_SEEN = {
  kind: 'number',
  of: { distortion: { columns: { 'where seen': 'median' } } },
  columns: { 'where seen': 'median' },
  column: 'seen_relative_error',
  summary: 'whereSeen',
  show: thousandth,
  score: ({ estimate, truth, signal }) => errorWhereSeen(estimate.data, truth.data, signal.data),
} as const satisfies Metric;
