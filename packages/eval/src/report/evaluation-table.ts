// The scores of an evaluation as a table for people.
import { textTable } from '@blind-demod/picture';
import { METRICS, statisticOf } from '../metrics/index.js';
import type { Metric } from '../metrics/metric.js';
import type { Estimate } from './judgement.js';
import type { EvaluationSummary, SolverSummary } from './summary.js';

export const TITLES: Record<Estimate, string> = {
  observation: 'observation y',
  generator: 'generator G1(h)',
  refined: 'refined',
  distortion: 'distortion',
};

/** The summaries of an evaluation. */
export interface Summaries {
  /** Of the observation, and of the experiment's own solver. */
  readonly estimates: EvaluationSummary;
  /** Of the paper's solver; absent where it is the experiment's own. */
  readonly paper?: SolverSummary | undefined;
}

interface Column {
  readonly title: string;
  value(summary: Row['summary']): number | undefined;
  show(value: number): string;
}

/** What is told of each estimate: medians, unless the title says otherwise. */
export const COLUMNS: readonly Column[] = Object.values<Metric>(METRICS).flatMap(metric =>
  Object.entries(metric.columns).map(
    ([title, statistic]): Column => ({
      title,
      value: summary => statisticOf(summary, metric, statistic) as number | undefined,
      show: metric.show,
    }),
  ),
);

export interface Row {
  /** Whose: the paper's, or this project's; nobody's, the observation. */
  readonly solver: '' | 'paper' | 'this';
  readonly estimate: Estimate;
  readonly summary: SolverSummary[keyof SolverSummary] | EvaluationSummary['observation'];
}

/** The observation, what the paper's solver made of it, and what the experiment's own did. */
export function rowsOf({ estimates: { observation, ...own }, paper }: Summaries): Row[] {
  const rows = (solver: Row['solver'], { generator, refined, distortion }: SolverSummary): Row[] => [
    { solver, estimate: 'generator', summary: generator },
    { solver, estimate: 'refined', summary: refined },
    { solver, estimate: 'distortion', summary: distortion },
  ];
  return [
    { solver: '', estimate: 'observation', summary: observation },
    ...(paper ? rows('paper', paper) : []),
    ...rows(paper ? 'this' : 'paper', own),
  ];
}

/** One row per estimate. */
export function summaryTable(summaries: Summaries, { ascii }: { ascii: boolean }): string {
  const rows = rowsOf(summaries).map(({ solver, estimate, summary }) => [
    solver,
    TITLES[estimate],
    ...COLUMNS.map(({ value, show }) => {
      const told = value(summary);
      return told === undefined ? '' : show(told);
    }),
  ]);
  return textTable(['solver', 'estimate', ...COLUMNS.map(({ title }) => title)], rows, {
    ascii,
    textColumns: 2,
  });
}
