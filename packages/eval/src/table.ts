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

/** One row per estimate. `ascii` draws the lines with plain characters, for logs and pipes. */
export function summaryTable(summary: Summary, { ascii }: { ascii: boolean }): string {
  const table = new Table({
    head: ['estimate', 'PSNR median', 'PSNR 10 %', 'SSIM median', 'rel. error median', 'better than y'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
    ...(ascii && { chars: ASCII }),
  });
  for (const estimate of ESTIMATE_NAMES) {
    const { psnr, ssim, relativeError, betterThanObservation: better } = summary[estimate];
    table.push([
      TITLES[estimate],
      `${psnr.median.toFixed(1)} dB`,
      `${psnr.percentile10.toFixed(1)} dB`,
      ssim.median.toFixed(3),
      relativeError.median.toFixed(3),
      better === undefined ? '' : `${(100 * better).toFixed(0)} %`,
    ]);
  }
  return table.toString();
}
