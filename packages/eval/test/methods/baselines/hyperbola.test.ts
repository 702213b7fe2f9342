import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestInHull } from '../../../src/methods/baselines/hyperbola.js';

const coordinate = fc.double({ min: -5, max: 5, noNaN: true });

test('no point of a fine grid on the branch is nearer', () => {
  fc.assert(
    fc.property(coordinate, coordinate, fc.double({ min: 1e-6, max: 4, noNaN: true }), (u, v, y) => {
      const [p, q] = nearestInHull(u, v, y);
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p * q).toBeGreaterThanOrEqual(y * (1 - 1e-12));
      const squares = (p - u) ** 2 + (q - v) ** 2;
      if (u > 0 && v > 0 && u * v >= y) {
        expect([p, q]).toEqual([u, v]);
        return;
      }
      let least = Number.POSITIVE_INFINITY;
      for (let t = -12; t <= 12; t += 0.001) {
        const along = Math.sqrt(y) * Math.exp(t);
        least = Math.min(least, (along - u) ** 2 + (y / along - v) ** 2);
      }
      // The grid may miss the least distance by the square of its spacing; it must not beat the projection.
      expect(squares).toBeLessThanOrEqual(least + 1e-9);
      expect(squares).toBeGreaterThanOrEqual(least - 1e-4);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test.each([0, -0.3])('where the observation is %f only signs are constrained', y => {
  expect(nearestInHull(-1, 2, y)).toEqual([0, 2]);
  expect(nearestInHull(0.5, 0, y)).toEqual([0.5, 0]);
});
