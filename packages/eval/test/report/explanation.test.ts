import { expect, test } from 'vitest';
import type { Facts } from '../../src/metrics/facts.js';
import { explanation } from '../../src/report/page/explanation.js';

const typical: Facts = {
  lightLost: 0.3,
  residual: 0.1,
  seen: 0.2,
  dark: 0,
  startGap: 1.1,
};
const measured = (facts: Facts, psnr: number, { whereSeen = 0.02, relativeError = 0.1 } = {}) => {
  const signal = { psnr, ssim: 0.9, relativeError, better: true };
  const distortion = { relativeError, whereSeen };
  return { facts, scores: { observation: signal, generator: signal, refined: signal, distortion } };
};

/** What is said of a pair of little PSNR among ten typical ones. */
function explained(change: Partial<Facts>, distortionError?: number): string {
  const errors = { whereSeen: 0.08, ...(distortionError && { relativeError: distortionError }) };
  const pair = measured({ ...typical, ...change }, 25, errors);
  return explanation(pair, [...Array(10).fill(measured(typical, 40)), pair]);
}

test('it begins with how wrong the distortion is where it is seen', () => {
  expect(explained({})).toBe(
    'The distortion is 8 % off where the signal shows it (median pair: 2 %). Nothing else that was measured stands out.',
  );
});

test('a distortion that is much worse elsewhere is said to be so, where little of it is seen', () => {
  expect(explained({}, 0.31)).toContain(
    'and 31 % over the whole image, most of which is too dark to show it.',
  );
  expect(explained({ seen: 0.6 }, 0.31)).not.toContain('over the whole image');
});

test.each([
  [{ residual: 0.22 }, 'What the generators drew misses the observation by 22 % (median pair: 10 %)'],
  [{ seen: 0.05 }, 'Only 5 % of the image is bright enough to see (median pair: 20 %).'],
  [{ dark: 0.14 }, 'Of the signal, 14 % lies where the distortion is dark (median pair: 0 %)'],
  [
    { startGap: 2.5 },
    'The starts disagree: the next best ended at 2.5 times the objective (median pair: 1.1 times).',
  ],
])('of %j it says why', (change, sentence) => {
  expect(explained(change)).toContain(sentence);
  expect(explained(change)).not.toContain('Nothing else');
});

test('what makes a pair easier is no cause, nor is what cannot be measured', () => {
  expect(explained({ residual: 0.01, seen: 0.4, startGap: undefined })).toContain('Nothing else');
});

test('two causes at most', () => {
  const told = explained({ residual: 0.2, seen: 0.05, dark: 0.9, startGap: 9 });
  expect(told.match(/\(median pair/g)).toHaveLength(3); // the distortion's error and two causes
});

test('what does not go with the error is not to blame for it', () => {
  // Large gaps at every PSNR; the residual is large where the PSNR is small.
  const all = Array.from({ length: 20 }, (_, index) =>
    measured({ ...typical, residual: 2 / (index + 5), startGap: 1 + (index % 5) }, 25 + index),
  );
  const worst = measured({ ...typical, residual: 0.5, startGap: 6 }, 20);
  const told = explanation(worst, [...all, worst]);
  expect(told).toContain('misses the observation by 50 %');
  expect(told).not.toContain('The starts disagree');
});
