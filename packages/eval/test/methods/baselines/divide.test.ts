import { float32 } from '@blind-demod/arrays';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideByDistortion } from '../../../src/methods/baselines/divide.js';
import { directionError } from './example.js';

const shape = [1, 1, 4, 4];
// Both change from column to column alone: the estimate of the noise, of differences across diagonals, is then 0.
const signal = Float32Array.from({ length: 16 }, (_, i) => [0, 0.4, 0.7, 1][i % 4]!);
const distortion = Float32Array.from({ length: 16 }, (_, i) => 0.3 + (i % 4) / 5);
const problem = {
  observation: float32(
    shape,
    signal.map((w, i) => w * distortion[i]!),
  ),
  first: 0,
  trueDistortion: float32(shape, distortion),
};

test('with the true distortion gives the true signal, whatever the scale and the sign of the factors', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.boolean(), (size, negative) => {
      const scale = negative ? -size : size;
      const estimates = {
        // Not the truth: half of it is missing.
        signal: float32(
          shape,
          signal.map((w, i) => (i < 8 ? 0 : w / scale)),
        ),
        distortion: float32(
          shape,
          distortion.map(x => x * scale),
        ),
      };
      const found = divideByDistortion(problem, estimates, 0.1);
      // λ = 10⁻³ against x² of 0.1 and more: an error of at most 1 % where the method's own signal is black.
      expect(directionError(found.signal.data, signal)).toBeLessThan(0.01);
      expect(directionError(found.distortion.data, distortion)).toBeLessThan(1e-5);
      expect(Math.max(...found.distortion.data)).toBeCloseTo(1, 5);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('where a pixel is missing, the method’s own signal stands', () => {
  const observed = float32(
    shape,
    Float32Array.from(signal, (_, i) => (i === 5 ? 0 : 1)),
  );
  const own = float32(
    shape,
    signal.map(() => 0.25),
  );
  const found = divideByDistortion(
    { ...problem, observed },
    { signal: own, distortion: problem.trueDistortion },
    0.1,
  );
  // At the distortion's scale: its highest value seen is 0.9.
  expect(found.signal.data[5]).toBeCloseTo(0.25 * 0.9, 6);
});
