// The summary as a table for people.
import { decibel, percent, textTable, thousandth } from '@blind-demod/picture';
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

/** What is told of each estimate: medians, unless the title says otherwise. */
export const COLUMNS: readonly Column[] = [
  { title: 'PSNR', value: ({ psnr }) => psnr.median, show: decibel },
  { title: 'PSNR 10 %', value: ({ psnr }) => psnr.percentile10, show: decibel },
  { title: 'SSIM', value: ({ ssim }) => ssim.median, show: thousandth },
  { title: 'rel. error', value: ({ relativeError }) => relativeError.median, show: thousandth },
  { title: 'where seen', value: ({ whereSeen }) => whereSeen?.median, show: thousandth },
  { title: 'better than y', value: ({ betterThanObservation }) => betterThanObservation, show: percent },
];

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
