// The summary as a table for people.
import Table from 'cli-table3';
import { ESTIMATE_NAMES, type Estimate } from './judgement.js';
import type { Summary } from './summary.js';

const TITLES: Record<Estimate, string> = {
  observation: 'observation y',
  generator: 'generator G1(h)',
  refined: 'refined',
  distortion: 'distortion G2(m)',
};

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
  const rows = ESTIMATE_NAMES.map(estimate => {
    const { psnr, ssim, relativeError, betterThanObservation: better } = summary[estimate];
    return [
      TITLES[estimate],
      `${psnr.median.toFixed(1)} dB`,
      `${psnr.percentile10.toFixed(1)} dB`,
      ssim.median.toFixed(3),
      relativeError.median.toFixed(3),
      better === undefined ? '' : `${(100 * better).toFixed(0)} %`,
    ];
  });
  const head = ['estimate', 'PSNR median', 'PSNR 10 %', 'SSIM median', 'rel. error median', 'better than y'];
  return textTable(head, rows, style);
}
