// The leaderboard: who stands where, over pairs or over seeds, and what its files say of runs that failed.
import { expect, test } from 'vitest';
import type { Attempt, Entry, Run } from '../../src/leaderboard.js';
import { leaderboardCsv } from '../../src/report/leaderboard/csv.js';
import { meanInterval, quantileOfT } from '../../src/report/leaderboard/mean-interval.js';
import { leaderboardPage } from '../../src/report/leaderboard/page.js';
import { standings } from '../../src/report/leaderboard/standings.js';
import { leaderboardTable } from '../../src/report/leaderboard/table.js';

const distribution = (median: number) => ({
  median,
  medianInterval: [median - 1, median + 1] as [number, number],
  percentile10: median - 3,
  mean: median,
});

/** A run whose refined signals have this PSNR. */
function runOf(psnr: number, trainingSeconds: number | null = 100): Run {
  const scores = {
    psnr: distribution(psnr),
    ssim: distribution(0.9),
    relativeError: distribution(0.1),
    whereSeen: distribution(0.05),
    betterThanObservation: 1,
  };
  const facts = {
    architecture: 'dcgan',
    objective: 'non-saturating',
    latentDimension: 4,
    parameters: 1000,
    representation: { images: 128, median: 0.08, percentile90: 0.1 },
    trainingSeconds,
  };
  const of = { of: 'signal' as const, ...scores };
  return {
    generators: { signal: facts, distortion: facts },
    pairs: 16,
    estimates: { observation: of, generator: of, refined: of, distortion: { ...of, of: 'distortion' } },
    secondsPerPair: 0.5,
  };
}

const entry = (name: string, ...outcomes: Attempt['outcome'][]): Entry => ({
  name,
  file: `${name}.json`,
  attempts: outcomes.map((outcome, index) => ({ name: `${name}-${index}`, seed: index + 1, outcome })),
});

test('the best stands first, and who failed last; of equal ones the first given', () => {
  const failure = { reason: 'it diverged', log: 'logs/c.log' };
  const ranked = standings([
    entry('worse', runOf(20)),
    entry('lost', failure),
    entry('best', runOf(30)),
    entry('alike', runOf(20)),
  ]);
  expect(ranked.map(({ place, entry }) => [place, entry.name])).toEqual([
    [1, 'best'],
    [2, 'worse'],
    [3, 'alike'],
    [undefined, 'lost'],
  ]);
  expect(ranked[0]!.measured.refinedPsnr).toEqual({ value: 30, interval: [29, 31] });
  expect(ranked[0]!.measured.trainingSeconds).toEqual({ value: 200 });
});

test('over seeds it tells the mean, and where the mean lies', () => {
  const [one] = standings([entry('a', runOf(20), runOf(22), runOf(24))]);
  const { value, interval } = one!.measured.refinedPsnr!;
  expect(value).toBeCloseTo(22, 10);
  // t of 2 degrees of freedom, 4.3027, times 2/√3.
  expect(interval![0]).toBeCloseTo(22 - (4.3027 * 2) / Math.sqrt(3), 3);
  expect(interval![1]).toBeCloseTo(22 + (4.3027 * 2) / Math.sqrt(3), 3);
});

test('what one of the runs lacks is left out', () => {
  const [one] = standings([entry('a', runOf(20), runOf(22, null))]);
  expect(one!.measured.trainingSeconds).toBeUndefined();
});

test.each([
  // Any table of Student's distribution, two-sided 95 %.
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [9, 2.262],
  [30, 2.042],
])('t of %d degrees of freedom', (freedom, expected) => {
  expect(quantileOfT(freedom)).toBeCloseTo(expected, 3);
});

test('one value has no interval', () => {
  expect(() => meanInterval([1])).toThrow(new TypeError('expected two values or more, got 1'));
});

test('the files tell what failed, and escape it', () => {
  const ranked = standings([
    entry('a', runOf(20), { reason: 'out of <memory>, "all"', log: 'logs/a-1.log' }),
  ]);
  const lines = leaderboardCsv(ranked).trimEnd().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^1,a,a-0,1,dcgan,non-saturating,dcgan,non-saturating,0\.08,,,/);
  expect(lines[2]).toMatch(/^1,a,a-1,2,,.*,"out of <memory>, ""all"""$/);
  expect(leaderboardTable(ranked, { ascii: true })).toContain(
    'a-1 failed: out of <memory>, "all" (logs/a-1.log)',
  );
  const page = leaderboardPage(ranked, { folder: 'sweeps/first', command: 'npx demod sweep a.json' });
  expect(page).toContain('href="runs/a-0/eval/report.html"');
  expect(page).toContain('out of &lt;memory&gt;');
  expect(page).not.toContain('<memory>');
  expect(page).toContain('of 2 runs are done, 1 failed');
});

test('a page of failures alone has no plots', () => {
  const page = leaderboardPage(standings([entry('a', { reason: 'no' })]), { folder: 'x', command: 'y' });
  expect(page).not.toContain('<svg');
});
