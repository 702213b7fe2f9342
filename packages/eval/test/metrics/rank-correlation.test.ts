import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rankCorrelation } from '../../src/metrics/rank-correlation.js';

test('by hand, with values that are equal', () => {
  // Ranks 0, 1.5, 1.5, 3 and 1, 0, 2, 3, each less 1.5: Σ xy = 3, Σ x² = 4.5, Σ y² = 5.
  expect(rankCorrelation([1, 2, 2, 9], [5, 4, 7, 8])).toBeCloseTo(3 / Math.sqrt(4.5 * 5), 12);
  expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBe(0);
});

test('without equal values, 1 − 6 Σ d² / n (n² − 1) of the ranks', () => {
  const distinct = fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(distinct, fc.infiniteStream(fc.double({ noNaN: true })), (a, stream) => {
      const b = [...new Set(stream.take(50))].slice(0, a.length);
      fc.pre(b.length === a.length);
      const rank = (values: readonly number[], index: number) =>
        values.filter(value => value < values[index]!).length;
      const n = a.length;
      const distance = a.reduce((sum, _, index) => sum + (rank(a, index) - rank(b, index)) ** 2, 0);
      expect(rankCorrelation(a, b)).toBeCloseTo(1 - (6 * distance) / (n * (n ** 2 - 1)), 9);
    }),
  );
});
