// comparison.csv: a line per condition, method and pair.
import { type Cell, toCsv } from '@blind-demod/picture';
import type { Pair } from '../pairs.js';
import type { Outcome } from './summary.js';

const HEADER = [
  ...['condition', 'method', 'pair', 'signal_image', 'distortion_image'],
  ...['psnr_db', 'ssim', 'relative_error', 'better_than_observation'],
  ...['distortion_relative_error', 'distortion_seen_relative_error', 'seconds'],
];

/** Scores that a method does not have are empty; `better_than_observation` is 1 or 0. */
export function comparisonCsv(pairs: readonly Pair[], outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ condition, method, scores }) =>
    scores.map(({ signal, distortion, seconds }, index): Cell[] => [
      ...[condition.name, method.name, index, pairs[index]!.signal, pairs[index]!.distortion],
      ...[signal?.psnr ?? '', signal?.ssim ?? '', signal?.relativeError ?? ''],
      signal === null ? '' : Number(signal.better),
      ...[distortion?.relativeError ?? '', distortion?.whereSeen ?? ''],
      seconds,
    ]),
  );
  return toCsv(HEADER, rows);
}
