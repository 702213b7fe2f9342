// Whether an estimate of the signal is nearer to the truth than the observation that it was made from.
import { atBestScale, psnr } from '@blind-demod/arrays';
import { percent } from '@blind-demod/picture';
import type { Metric } from './metric.js';

export const BETTER = {
  kind: 'share',
  of: { signal: { columns: { 'better than y': 'share' } } },
  columns: { 'better than y': 'share' },
  column: 'better_than_observation',
  summary: 'betterThanObservation',
  show: percent,
  score: ({ scaled, truth: { data: truth }, observation }) =>
    psnr(scaled.data, truth) > psnr(atBestScale(observation.data, truth), truth),
} as const satisfies Metric;
