import { randomStream } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { reliabilityBins } from '../../src/metrics/reliability.js';

const judged = (confidence: number, psnr: number) => ({ confidence, scores: { refined: { psnr } } });

test('recoveries are in bins of a tenth, those that are empty left out', () => {
  const bins = reliabilityBins([judged(0.05, 20), judged(0.01, 40), judged(0.95, 50), judged(1, 50)]);
  expect(bins).toEqual([
    { count: 2, confidence: expect.closeTo(0.03, 6), good: 0.5 },
    { count: 2, confidence: expect.closeTo(0.975, 6), good: 1 },
  ]);
});

test('a confidence that is a probability lies on the diagonal', () => {
  const random = randomStream(1, 'bins');
  const drawn = Array.from({ length: 20_000 }, () => {
    const confidence = random.uniform();
    return judged(confidence, random.uniform() < confidence ? 40 : 30);
  });
  // Of 2000 in a bin the share is within 4 standard errors of 0.011.
  for (const { confidence, good } of reliabilityBins(drawn))
    expect(Math.abs(good - confidence)).toBeLessThan(0.045);
});
