import { expect, test } from 'vitest';
import type { Facts } from '../src/facts.js';
import { explanation } from '../src/report/explanation.js';

const typical: Facts = { lightLost: 0.3, residual: 0.1, seen: 0.2, seenDistortionError: 0.02, startGap: 1.1 };
const score = (relativeError: number) => ({ psnr: 30, ssim: 0.9, relativeError });

/** What is said of a pair among ten typical ones. */
function explained(change: Partial<Facts>, distortionError = 0.1): string {
  const facts = { ...typical, seenDistortionError: 0.08, ...change };
  const scores = {
    observation: score(0),
    generator: score(0),
    refined: score(0),
    distortion: score(distortionError),
  };
  return explanation({ facts, scores }, [...Array(10).fill(typical), facts]);
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
  [{ lightLost: 0.55 }, 'The distortion takes 55 % of the light (median pair: 30 %).'],
  [
    { startGap: 2.5 },
    'The starts disagree: the next best ended at 2.5 times the objective (median pair: 1.1 times).',
  ],
])('of %j it says why', (change, sentence) => {
  expect(explained(change)).toContain(sentence);
  expect(explained(change)).not.toContain('Nothing else');
});

test('what makes a pair easier is no cause, nor is what cannot be measured', () => {
  expect(explained({ residual: 0.01, seen: 0.4, lightLost: 0.1, startGap: undefined })).toContain(
    'Nothing else',
  );
});

test('two causes at most', () => {
  const told = explained({ residual: 0.2, seen: 0.05, lightLost: 0.9, startGap: 9 });
  expect(told.match(/\(median pair/g)).toHaveLength(3); // the distortion's error and two causes
});
