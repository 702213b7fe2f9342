// The error of a distortion where the signal shows it.
import { errorWhereSeen } from '@blind-demod/arrays';
import { thousandth } from '@blind-demod/picture';
import type { Metric } from './metric.js';

export const WHERE_SEEN = {
  kind: 'number',
  of: { distortion: { columns: { 'where seen': 'median' } } },
  columns: { 'where seen': 'median' },
  column: 'seen_relative_error',
  summary: 'whereSeen',
  show: thousandth,
  score: ({ estimate, truth, signal }) => errorWhereSeen(estimate.data, truth.data, signal.data),
} as const satisfies Metric;
