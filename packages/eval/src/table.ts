// The summary as a table for people.
import Table from 'cli-table3';
import { ESTIMATE_NAMES, type Estimate } from './judgement.js';
import type { EstimateSummary, Summary } from './summary.js';

export const TITLES: Record<Estimate, string> = {
  observation: 'observation y',
  generator: 'generator G1(h)',
  refined: 'refined',
  distortion: 'distortion',
};

interface Column {
  readonly title: string;
  value(summary: EstimateSummary): number | undefined;
  show(value: number): string;
}

export const decibel = (value: number) => `${value.toFixed(1)} dB`;
export const percent = (fraction: number) => `${(100 * fraction).toFixed(0)} %`;
export const thousandth = (value: number) => value.toFixed(3);

/** What is told of each estimate: medians, unless the title says otherwise. */
export const COLUMNS: readonly Column[] = [
  { title: 'PSNR', value: ({ psnr }) => psnr.median, show: decibel },
  { title: 'PSNR 10 %', value: ({ psnr }) => psnr.percentile10, show: decibel },
  { title: 'SSIM', value: ({ ssim }) => ssim.median, show: thousandth },
  { title: 'rel. error', value: ({ relativeError }) => relativeError.median, show: thousandth },
  { title: 'where seen', value: ({ whereSeen }) => whereSeen?.median, show: thousandth },
  { title: 'better than y', value: ({ betterThanObservation }) => betterThanObservation, show: percent },
];

const ASCII = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
};

/** Lines under a head; the first column is text. `ascii` draws with plain characters, for logs and pipes. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { ascii }: { ascii: boolean },
): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
    ...(ascii && { chars: ASCII }),
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

/** One row per estimate. */
export function summaryTable(summary: Summary, style: { ascii: boolean }): string {
  const rows = ESTIMATE_NAMES.map(estimate => [
    TITLES[estimate],
    ...COLUMNS.map(({ value, show }) => {
      const told = value(summary[estimate]);
      return told === undefined ? '' : show(told);
    }),
  ]);
  return textTable(['estimate', ...COLUMNS.map(({ title }) => title)], rows, style);
}
