// The metrics, in the order of their columns. The record of a score, the tables and the csv files are made from this.
import { type Distribution, distribution, type Factor } from '@blind-demod/arrays';
import { BETTER } from './better.js';
import type { Metric, Statistic } from './metric.js';
import { PSNR } from './psnr.js';
import { RELATIVE_ERROR } from './relative-error.js';
import { SSIM } from './ssim.js';
import { WHERE_SEEN } from './where-seen.js';
import { WITHIN } from './within.js';

/** By the names that scores have in a record. */
export const METRICS = {
  psnr: PSNR,
  ssim: SSIM,
  relativeError: RELATIVE_ERROR,
  whereSeen: WHERE_SEEN,
  within: WITHIN,
  better: BETTER,
} as const satisfies Record<string, Metric>;

type Table = typeof METRICS;
type Name = keyof Table;
/** Whether the scores of a factor's estimates have a metric. */
type Presence<N extends Name, F extends Factor> =
  Table[N]['of'] extends Record<F, { optional: true }>
    ? 'optional'
    : Table[N]['of'] extends Record<F, object>
      ? 'always'
      : 'never';
type NameOf<F extends Factor, P> = { [N in Name]: Presence<N, F> extends P ? N : never }[Name];
type Score<N extends Name> = Exclude<ReturnType<Table[N]['score']>, undefined>;
type Summed<N extends Name> = Table[N]['kind'] extends 'share' ? number : Distribution;

/** The scores of one estimate of a factor. */
export type Scores<F extends Factor> = { readonly [N in NameOf<F, 'always'>]: Score<N> } & {
  readonly [N in NameOf<F, 'optional'>]?: Score<N>;
};

/** The same over all pairs: distributions, and the share of the pairs where a yes or no is yes. */
export type Summary<F extends Factor> = {
  readonly [N in NameOf<F, 'always'> as Table[N]['summary']]: Summed<N>;
} & { readonly [N in NameOf<F, 'optional'> as Table[N]['summary']]?: Summed<N> };

/** The metrics of a factor's estimates, by name. */
export const metricsOf = (factor: Factor): [name: string, metric: Metric][] =>
  Object.entries<Metric>(METRICS).filter(([, { of }]) => of[factor] !== undefined);

/**
 * What sums up the scores of a factor's estimates. A metric that one of them lacks is left out.
 *
 * @throws TypeError when there are no scores.
 */
export function summarise<F extends Factor>(factor: F, scores: readonly Scores<F>[]): Summary<F> {
  if (scores.length === 0) throw new TypeError('expected scores, got none');
  const summed = metricsOf(factor).flatMap(([name, { kind, summary }]) => {
    const values = scores.map(one => one[name as keyof Scores<F>] as number | boolean | undefined);
    if (values.includes(undefined)) return [];
    const numbers = values.map(Number);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    return [[summary, kind === 'share' ? mean : distribution(numbers)]];
  });
  return Object.fromEntries(summed);
}

/** A statistic in a summary; undefined where the metric is not in it. */
export function statisticOf(
  summary: object,
  { summary: name }: Metric,
  statistic: Statistic,
): number | readonly number[] | undefined {
  const summed = (summary as Readonly<Record<string, Distribution | number | undefined>>)[name];
  return typeof summed === 'object' && statistic !== 'share'
    ? summed[statistic]
    : (summed as number | undefined);
}
