// A comparison as tables, for terminals and for Markdown.
import { decibel, percent, textTable, thousandth } from '../table.js';
import type { MethodSummary, Summarised } from './summary.js';

interface Column {
  readonly title: string;
  /** Null or absent where the method has no such estimate. */
  value(summary: MethodSummary): number | null | undefined;
  show(value: number): string;
}

/** Two digits that say something, without an exponent. */
const seconds = (value: number) => (value < 0.01 ? '< 0.01' : value.toFixed(value < 10 ? 2 : 0));

const COLUMNS: readonly Column[] = [
  { title: 'PSNR', value: ({ signal }) => signal?.psnr.median, show: decibel },
  { title: 'PSNR 10 %', value: ({ signal }) => signal?.psnr.percentile10, show: decibel },
  { title: 'SSIM', value: ({ signal }) => signal?.ssim.median, show: thousandth },
  { title: 'SSIM 10 %', value: ({ signal }) => signal?.ssim.percentile10, show: thousandth },
  { title: 'rel. error', value: ({ signal }) => signal?.relativeError.median, show: thousandth },
  { title: 'better than y', value: ({ signal }) => signal?.betterThanObservation, show: percent },
  { title: 'distortion', value: ({ distortion }) => distortion?.relativeError.median, show: thousandth },
  {
    title: 'where present',
    value: ({ distortion }) => distortion?.wherePresent?.median,
    show: thousandth,
  },
  { title: 's per image', value: ({ secondsPerImage }) => secondsPerImage, show: seconds },
];

/** What the columns of the tables of conditions are. */
const LEGEND =
  'Medians over the pairs, and 10th percentiles where it says 10 %. PSNR, SSIM and relative error are of the signal; ' +
  'better than y is the share of pairs where its PSNR is higher than that of the observation; distortion is the relative ' +
  'error of the distortion, over the whole image and where the signal is present. All at the best scale.';

function tell({ value, show }: Column, summary: MethodSummary): string {
  const told = value(summary);
  return told == null ? '' : show(told);
}

const rowsOf = (results: readonly Summarised[]) =>
  results.map(({ method, summary }) => [method.title, ...COLUMNS.map(column => tell(column, summary))]);
const HEAD = ['method', ...COLUMNS.map(({ title }) => title)];

/** The results of each condition, in the order in which the conditions come. */
function byCondition(results: readonly Summarised[]): [title: string, results: Summarised[]][] {
  const titles = [...new Set(results.map(({ condition }) => condition.title))];
  return titles.map(title => [title, results.filter(({ condition }) => condition.title === title)]);
}

/** A table for each condition, under its title; a row per method. */
export function comparisonTables(results: readonly Summarised[], style: { ascii: boolean }): string {
  return byCondition(results)
    .map(([title, ofCondition]) => `${title}\n${textTable(HEAD, rowsOf(ofCondition), style)}`)
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
    '## Signal: median PSNR',
    overview(results, COLUMNS.find(({ title }) => title === 'PSNR')!),
    '## Distortion: median relative error where the signal is present',
    overview(results, COLUMNS.find(({ title }) => title === 'where present')!),
    ...byCondition(results).flatMap(([title, ofCondition]) => [
      `## Condition: ${title}`,
      markdownTable(HEAD, rowsOf(ofCondition)),
    ]),
    LEGEND,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** One number of each method under each condition; methods without it are left out. */
function overview(results: readonly Summarised[], column: Column): string {
  const conditions = byCondition(results);
  const methods = new Map(results.map(({ method }) => [method.name, method.title]));
  const rows = [...methods].map(([name, title]) => [
    title,
    ...conditions.map(([, ofCondition]) => {
      const found = ofCondition.find(({ method }) => method.name === name);
      return found === undefined ? '' : tell(column, found.summary);
    }),
  ]);
  const told = rows.filter(([, ...cells]) => cells.some(cell => cell !== ''));
  return markdownTable(['method', ...conditions.map(([title]) => title)], told);
}

/** The first column is text, the others are numbers. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}
