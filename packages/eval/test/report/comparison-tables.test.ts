import { expect, test } from 'vitest';
import { comparisonPlot } from '../../src/report/comparison-plot.js';
import { comparisonMarkdown, comparisonTables } from '../../src/report/comparison-tables.js';
import { type Summarised, summariseScores } from '../../src/report/summary.js';
import type { PairScores } from '../../src/trials/scores.js';

const scores = (psnr: number, whereSeen?: number): PairScores => ({
  signal: { psnr, ssim: psnr / 100, relativeError: 1 / psnr, better: psnr > 25 },
  distortion: whereSeen === undefined ? null : { relativeError: 2 * whereSeen, whereSeen },
  seconds: 0.5,
});
const result = (condition: string, method: string, pairs: PairScores[]): Summarised => ({
  condition: { name: condition, title: `${condition} pictures` },
  method: { name: method, title: `the ${method}` },
  summary: summariseScores(pairs),
});
const results = [
  result('clean', 'observation', [scores(20), scores(22)]),
  result('clean', 'solver', [scores(30, 0.01), scores(40, 0.02)]),
  result('noisy', 'observation', [scores(10), scores(12)]),
  result('noisy', 'solver', [scores(20, 0.1), scores(90, 0.2)]),
];

test('a table per condition, a row per method', () => {
  const text = comparisonTables(results, { ascii: true });
  expect(text).toMatch(/^clean pictures\n\+-/);
  expect(text).toMatch(/\n\nnoisy pictures\n\+-/);
  expect(text).toMatch(
    /\| the solver +\| +35\.0 dB \| +30\.0–40\.0 \| +31\.0 dB \| +0\.350 \| +0\.310 \| +0\.029 \| +100 % \| +0\.030 \| +0\.015 \| +0\.50 \|/,
  );
  expect(text).toMatch(/\| the observation \| +11\.0 dB \|.*\| +0 % \| +\| +\| +0\.50 \|/);
});

test('Markdown: two overviews, then a table per condition', () => {
  const markdown = comparisonMarkdown(results, { experiment: 'example', pairs: 2 });
  expect(markdown).toContain(`| method | clean pictures | noisy pictures |
| --- | ---: | ---: |
| the observation | 21.0 dB | 11.0 dB |
| the solver | 35.0 dB | 55.0 dB |`);
  expect(markdown).toContain(`| method | clean pictures | noisy pictures |
| --- | ---: | ---: |
| the solver | 0.015 | 0.150 |`);
  expect(markdown).toMatch(
    /## Condition: noisy pictures\n\n\| method \| PSNR \|.*\n\| --- \|( ---: \|){10}\n/,
  );
});

test('the plot is an SVG by itself, with a bar and a number for each', () => {
  const svg = comparisonPlot(results);
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  for (const text of ['the observation', 'the solver', 'clean pictures', 'noisy pictures', '21.0', '55.0']) {
    expect(svg).toContain(`>${text}</text>`);
  }
  expect(svg.match(/<rect /g)).toHaveLength(2 * results.length);
  expect(svg).not.toContain('NaN');
});

test('a method without an estimate of the signal has no bar', () => {
  const none = { ...scores(1, 0.1), signal: null };
  const svg = comparisonPlot([...results, result('clean', 'other', [none])]);
  expect(svg).not.toContain('the other');
});
