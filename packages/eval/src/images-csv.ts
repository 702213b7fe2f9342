// images.csv: a line per pair, its truth and the scores of every estimate.
import { type Cell, toCsv } from '@blind-demod/picture';
import type { Facts } from './facts.js';
import { ESTIMATE_NAMES, type Judged } from './judgement.js';
import type { Scores } from './metrics/scores.js';
import type { Pair, TestImages } from './pairs.js';

const METRICS: Record<keyof Scores, string> = {
  psnr: 'psnr_db',
  ssim: 'ssim',
  relativeError: 'relative_error',
};
const METRIC_NAMES = Object.keys(METRICS) as (keyof Scores)[];

const FACTS: Record<keyof Facts, string> = {
  lightLost: 'light_lost',
  residual: 'residual',
  seen: 'seen',
  dark: 'dark',
  seenDistortionError: 'distortion_seen_relative_error',
  startGap: 'start_gap',
};
const FACT_NAMES = Object.keys(FACTS) as (keyof Facts)[];

/**
 * Columns: the pair's number; position and label of each factor's image in its test set, and centre and width of
 * a Gaussian distortion; the solver's objective and confidence; the facts, a cell that does not apply being empty; then
 * each metric of each estimate, as `refined_psnr_db`.
 */
export function imagesCsv(
  pairs: readonly Pair[],
  judgements: readonly Pick<Judged, 'objective' | 'confidence' | 'facts' | 'scores'>[],
  { signal, distortion }: TestImages,
): string {
  const { parameters } = distortion;
  const header = [
    ...['pair', 'signal_image', 'signal_label', 'distortion_image', 'distortion_label'],
    ...(parameters ? ['distortion_center', 'distortion_width'] : []),
    ...['objective', 'confidence'],
    ...Object.values(FACTS),
    ...ESTIMATE_NAMES.flatMap(name => METRIC_NAMES.map(metric => `${name}_${METRICS[metric]}`)),
  ];
  const rows = judgements.map(({ objective, confidence, facts, scores }, index): Cell[] => {
    const pair = pairs[index]!;
    return [
      ...[index, pair.signal, signal.labels[pair.signal]!],
      ...[pair.distortion, distortion.labels[pair.distortion]!],
      ...(parameters?.data.subarray(2 * pair.distortion, 2 * pair.distortion + 2) ?? []),
      ...[objective, confidence],
      ...FACT_NAMES.map(name => facts[name] ?? ''),
      ...ESTIMATE_NAMES.flatMap(name => METRIC_NAMES.map(metric => scores[name][metric])),
    ];
  });
  return toCsv(header, rows);
}
