// Whether the deviations that a method tells of its estimate are true.
import { bestScale, NORMAL_90 } from '@blind-demod/arrays';
import { percent } from '@blind-demod/picture';
import type { Metric } from './metric.js';

/** The share of the pixels whose truth is in the interval that should hold it in nine cases of ten. */
export const WITHIN = {
  kind: 'number',
  of: { signal: { columns: {}, optional: true }, distortion: { columns: {}, optional: true } },
  columns: {},
  column: 'within_90',
  summary: 'within90',
  show: percent,
  score: ({ estimate, scaled, truth, deviation }) => {
    if (deviation === undefined) return undefined;
    const scale = NORMAL_90 * bestScale(estimate.data, truth.data);
    const within = scaled.data.filter(
      (value, i) => Math.abs(value - truth.data[i]!) <= scale * deviation.data[i]!,
    );
    return within.length / truth.data.length;
  },
} as const satisfies Metric;
