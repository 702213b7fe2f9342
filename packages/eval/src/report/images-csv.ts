// images.csv: a line per pair, its truth and the scores of every estimate.
import type { ByFactor, Factor } from '@blind-demod/arrays';
import type { ImageSet } from '@blind-demod/distortion-data';
import { type Cell, toCsv } from '@blind-demod/picture';
import type { Facts } from '../metrics/facts.js';
import { metricsOf } from '../metrics/index.js';
import type { Pair } from '../trials/pairs.js';
import type { EstimateScores, Judged, SolverScores } from './judgement.js';

const FACTS: Record<keyof Facts, string> = {
  lightLost: 'light_lost',
  residual: 'residual',
  seen: 'seen',
  dark: 'dark',
  startGap: 'start_gap',
};
const FACT_NAMES = Object.keys(FACTS) as (keyof Facts)[];

type Column<Row> = readonly [title: string, value: (row: Row) => Cell];

/** The numbers that an estimate of a factor is scored by; whether it is better than y follows from them. */
function columnsOf<Name extends string>(
  name: Name,
  factor: Factor,
): Column<Readonly<Record<Name, Partial<Record<string, number | boolean>>>>>[] {
  return metricsOf(factor)
    .filter(([, { kind }]) => kind === 'number')
    .map(([metric, { column }]) => [
      `${name}_${column}`,
      row => (row[name][metric] as number | undefined) ?? '',
    ]);
}

const SOLVER_COLUMNS: readonly Column<SolverScores>[] = [
  ...columnsOf('generator', 'signal'),
  ...columnsOf('refined', 'signal'),
  ...columnsOf('distortion', 'distortion'),
];
const COLUMNS: readonly Column<EstimateScores>[] = [...columnsOf('observation', 'signal'), ...SOLVER_COLUMNS];

/**
 * Columns: the pair's number; position and label of each factor's image in its test set, and centre and width of
 * a Gaussian distortion; the solver's objective and confidence; the facts, a cell that does not apply being empty; then
 * each metric of each estimate, as `refined_psnr_db`; then those of the paper's solver, as `paper_refined_psnr_db`,
 * where it is not the experiment's own.
 */
export function imagesCsv(
  pairs: readonly Pair[],
  judged: readonly Pick<Judged, 'objective' | 'confidence' | 'facts' | 'scores' | 'paper'>[],
  { signal, distortion }: ByFactor<ImageSet>,
): string {
  const { parameters } = distortion;
  const papers = judged[0]?.paper === undefined ? [] : SOLVER_COLUMNS;
  const header = [
    ...['pair', 'signal_image', 'signal_label', 'distortion_image', 'distortion_label'],
    ...(parameters ? ['distortion_center', 'distortion_width'] : []),
    ...['objective', 'confidence'],
    ...Object.values(FACTS),
    ...COLUMNS.map(([title]) => title),
    ...papers.map(([title]) => `paper_${title}`),
  ];
  const rows = judged.map(({ objective, confidence, facts, scores, paper }, index): Cell[] => {
    const pair = pairs[index]!;
    return [
      ...[index, pair.signal, signal.labels[pair.signal]!],
      ...[pair.distortion, distortion.labels[pair.distortion]!],
      ...(parameters?.data.subarray(2 * pair.distortion, 2 * pair.distortion + 2) ?? []),
      ...[objective, confidence],
      ...FACT_NAMES.map(name => facts[name] ?? ''),
      ...COLUMNS.map(([, value]) => value(scores)),
      ...papers.map(([, value]) => value(paper!)),
    ];
  });
  return toCsv(header, rows);
}
