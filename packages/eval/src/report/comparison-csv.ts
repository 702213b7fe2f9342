// comparison.csv: a line per condition, method and pair.
import { FACTORS } from '@blind-demod/arrays';
import { type Cell, toCsv } from '@blind-demod/picture';
import { metricsOf } from '../metrics/index.js';
import { pairsUnder } from '../trials/conditions.js';
import type { Pair } from '../trials/pairs.js';
import type { PairScores } from '../trials/scores.js';
import type { Outcome } from './summary.js';

interface Column {
  readonly title: string;
  /** Whether there are scores without it. */
  readonly optional: boolean;
  score(pair: PairScores): number | boolean | undefined;
}

const COLUMNS: readonly Column[] = FACTORS.flatMap(factor =>
  metricsOf(factor).map(([name, { column, of }]) => ({
    optional: of[factor]!.optional ?? false,
    title: factor === 'signal' ? column : `${factor}_${column}`,
    score: pair => (pair[factor] as Readonly<Record<string, number | boolean>> | null)?.[name],
  })),
);

/** Scores that a method does not have are empty, and a metric that all lack is left out; `better_than_observation` is 1 or 0. */
export function comparisonCsv(pairs: readonly Pair[], outcomes: readonly Outcome[]): string {
  const columns = COLUMNS.filter(
    ({ optional, score }) =>
      !optional || outcomes.some(({ scores }) => scores.some(pair => score(pair) !== undefined)),
  );
  const rows = outcomes.flatMap(({ condition, method, scores }) => {
    const recovered = pairsUnder(condition, pairs);
    return scores.map((pair, index): Cell[] => [
      ...[condition.name, method.name, index, recovered[index]!.signal, recovered[index]!.distortion],
      ...columns.map(({ score }) => {
        const value = score(pair);
        return value === undefined ? '' : Number(value);
      }),
      pair.seconds,
    ]);
  });
  const header = ['condition', 'method', 'pair', 'signal_image', 'distortion_image'];
  return toCsv([...header, ...columns.map(({ title }) => title), 'seconds'], rows);
}
