// A comparison as tables, for terminals and for Markdown.
import { FACTORS, type Factor } from '@blind-demod/arrays';
import { textTable } from '@blind-demod/picture';
import { METRICS, statisticOf } from '../metrics/index.js';
import type { Metric } from '../metrics/metric.js';
import type { MethodSummary, Summarised } from './summary.js';

interface Column {
  readonly title: string;
  /** Empty where a method has no such estimate, or not all of its scores have the metric. */
  tell(summary: MethodSummary): string;
}

/** The unit of an interval's ends is that of the column before. */
const written = (value: number | readonly number[] | undefined, show: (value: number) => string): string => {
  if (value === undefined) return '';
  return typeof value === 'number' ? show(value) : value.map(end => show(end).split(' ')[0]).join('–');
};

const columnsOf = (factor: Factor, metric: Metric): Column[] =>
  Object.entries(metric.of[factor]?.columns ?? {}).map(([title, statistic]) => ({
    title,
    tell: ({ [factor]: summary }) =>
      summary === null ? '' : written(statisticOf(summary, metric, statistic), metric.show),
  }));

/** Two digits that say something, without an exponent. */
const seconds = (value: number) => (value < 0.01 ? '< 0.01' : value.toFixed(value < 10 ? 2 : 0));

const COLUMNS: readonly Column[] = [
  ...FACTORS.flatMap(factor => Object.values(METRICS).flatMap(metric => columnsOf(factor, metric))),
  { title: 's per image', tell: ({ secondsPerImage }) => seconds(secondsPerImage) },
];
const [PSNR_COLUMN] = columnsOf('signal', METRICS.psnr);
const [WHERE_SEEN_COLUMN] = columnsOf('distortion', METRICS.whereSeen);

/** What the columns of the tables of conditions are. */
export const LEGEND =
  'Medians over the pairs, and 10th percentiles where it says 10 %. 95 % is the confidence interval of the median PSNR that ' +
  'stands before it. PSNR, SSIM and relative error are of the signal; ' +
  'better than y is the share of pairs where its PSNR is higher than that of the observation; distortion is the relative ' +
  'error of the distortion, over the whole image, and where seen: weighted by the true signal, which alone shows it. All at the best scale.';

/** A head and rows of as many cells; the first column is text, the others are numbers. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The methods under one condition, with all that is told of them. */
export const conditionTable = (results: readonly Summarised[]): TextTable => ({
  head: ['method', ...COLUMNS.map(({ title }) => title)],
  rows: results.map(({ method, summary }) => [method.title, ...COLUMNS.map(({ tell }) => tell(summary))]),
});

/** The results of each condition, in the order in which the conditions come. */
export function byCondition(results: readonly Summarised[]): [title: string, results: Summarised[]][] {
  const titles = [...new Set(results.map(({ condition }) => condition.title))];
  return titles.map(title => [title, results.filter(({ condition }) => condition.title === title)]);
}

/** A table for each condition, under its title; a row per method. */
export function comparisonTables(results: readonly Summarised[], style: { ascii: boolean }): string {
  return byCondition(results)
    .map(([title, ofCondition]) => {
      const { head, rows } = conditionTable(ofCondition);
      return `${title}\n${textTable(head, rows, style)}`;
    })
    .join('\n\n');
}

/** Two overviews, of the signals and of the distortions under every condition, and a table for each condition. */
export function comparisonMarkdown(
  results: readonly Summarised[],
  { experiment, pairs }: { experiment: string; pairs: number },
): string {
  const sections = [
    `# Comparison: ${experiment}`,
    `${pairs} held-out pairs.`,
    ...overviews(results).flatMap(({ title, table }) => [`## ${title}`, markdownTable(table)]),
    ...byCondition(results).flatMap(([title, ofCondition]) => [
      `## Condition: ${title}`,
      markdownTable(conditionTable(ofCondition)),
    ]),
    LEGEND,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The signals and the distortions under every condition. */
export const overviews = (results: readonly Summarised[]): { title: string; table: TextTable }[] => [
  { title: 'Signal: median PSNR', table: overview(results, PSNR_COLUMN!) },
  {
    title: 'Distortion: median relative error where the signal shows it',
    table: overview(results, WHERE_SEEN_COLUMN!),
  },
];

/** One number of each method under each condition; methods without it are left out. */
function overview(results: readonly Summarised[], column: Column): TextTable {
  const conditions = byCondition(results);
  const methods = new Map(results.map(({ method }) => [method.name, method.title]));
  const rows = [...methods].map(([name, title]) => [
    title,
    ...conditions.map(([, ofCondition]) => {
      const found = ofCondition.find(({ method }) => method.name === name);
      return found === undefined ? '' : column.tell(found.summary);
    }),
  ]);
  return {
    head: ['method', ...conditions.map(([title]) => title)],
    rows: rows.filter(([, ...cells]) => cells.some(cell => cell !== '')),
  };
}

function markdownTable({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
