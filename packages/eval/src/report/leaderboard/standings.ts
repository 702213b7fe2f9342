// Where each config of a sweep stands: its measures, over its seeds where there are several.
import { mean } from '@blind-demod/arrays';
import { type Entry, failed, type Run } from '../../leaderboard.js';
import { meanInterval } from './mean-interval.js';
import { MEASURES, type Measured, type MeasureName } from './measures.js';

export interface Standing {
  /** From 1; undefined where every run failed. */
  readonly place: number | undefined;
  readonly entry: Entry;
  /** Of the runs that did not fail; a measure that one of them lacks is left out. */
  readonly measured: Partial<Record<MeasureName, Measured>>;
}

/** By which configs are ranked, the greatest first. */
export const RANKED_BY = 'refinedPsnr' satisfies MeasureName;

/** The best config first; those of which every run failed come last, in the order in which they were given. */
export function standings(entries: readonly Entry[]): Standing[] {
  const measured = entries.map(entry => ({ entry, measured: measure(entry) }));
  const score = (one: Pick<Standing, 'measured'>) =>
    one.measured[RANKED_BY]?.value ?? Number.NEGATIVE_INFINITY;
  return measured
    .toSorted((a, b) => (score(a) === score(b) ? 0 : score(b) - score(a)))
    .map((one, index) => ({ ...one, place: Number.isFinite(score(one)) ? index + 1 : undefined }));
}

function measure({ attempts }: Entry): Standing['measured'] {
  const runs = attempts.flatMap(({ outcome }): Run[] => (failed(outcome) ? [] : [outcome]));
  if (runs.length === 0) return {};
  return Object.fromEntries(
    Object.entries(MEASURES).flatMap(([name, { of }]) => {
      const all = runs.map(of);
      const values = all.flatMap(one => one?.value ?? []);
      if (values.length < runs.length) return [];
      // Over the pairs of the one run; or over the seeds, each of which has pairs of its own.
      const over = runs.length === 1 ? all[0]! : { value: mean(values), interval: meanInterval(values) };
      return [[name, over]];
    }),
  );
}
