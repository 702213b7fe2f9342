import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rocArea, rocCurve } from '../../src/metrics/roc.js';

/** Few scores, so that ties are common. */
const cases = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), good: fc.boolean() }), {
  maxLength: 20,
});

/** The share of pairs of a good and a bad case where the good one wins, a draw being half a win. */
function byCounting(all: readonly { score: number; good: boolean }[]): number | undefined {
  const duels = all
    .filter(({ good }) => good)
    .flatMap(one => all.filter(({ good }) => !good).map(other => one.score - other.score));
  if (duels.length === 0) return undefined;
  return duels.reduce((wins, lead) => wins + (Math.sign(lead) + 1) / 2, 0) / duels.length;
}

test('the area is the share of duels that good cases win', () => {
  fc.assert(
    fc.property(cases, all => {
      const area = rocArea(
        all.map(({ score }) => score),
        index => all[index]!.good,
      );
      const expected = byCounting(all);
      if (expected === undefined) expect(area).toBeUndefined();
      else expect(area).toBeCloseTo(expected, 12);
    }),
  );
});

test('scores that separate, mislead, or say nothing', () => {
  const firstTwo = (index: number) => index < 2;
  expect(rocArea([0.9, 0.8, 0.2, 0.1], firstTwo)).toBe(1);
  expect(rocArea([0.1, 0.2, 0.8, 0.9], firstTwo)).toBe(0);
  expect(rocArea([0.5, 0.5, 0.5, 0.5], firstTwo)).toBe(0.5);
});

test('the curve has a point for each distinct score', () => {
  expect(rocCurve([3, 2, 2, 1], index => index < 2)).toEqual([
    { falsePositives: 0, truePositives: 0 },
    { falsePositives: 0, truePositives: 0.5 },
    { falsePositives: 0.5, truePositives: 1 },
    { falsePositives: 1, truePositives: 1 },
  ]);
});
