import { float32, randomStream } from '@blind-demod/experiment';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gaussianBlur, refine } from '../src/refine.js';

describe('refinement', () => {
  test('with the true distortion and no smoothing gives the signal back', () => {
    const random = randomStream(1, 'refine');
    const signal = float32([2, 1, 8, 8], random.uniforms(128));
    const distortion = float32(
      [2, 1, 8, 8],
      random.uniforms(128).map(value => 0.2 + value),
    );
    const observation = float32(
      [2, 1, 8, 8],
      signal.data.map((w, i) => w * distortion.data[i]!),
    );
    const refined = refine(observation, distortion, { smoothing: 0, regularisation: 1e-9 });
    refined.data.forEach((value, i) => expect(value).toBeCloseTo(signal.data[i]!, 5));
  });

  test('minimises (y − w·x)² + λ·w² at each pixel, within [0, 1]', () => {
    fc.assert(
      fc.property(
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 1 }),
        (y, x, lambda) => {
          const one = (value: number) => float32([1, 1, 1, 1], Float32Array.of(value));
          const w = refine(one(y), one(x), { smoothing: 0, regularisation: lambda }).data[0]!;
          const cost = (value: number) => (y - value * x) ** 2 + lambda * value ** 2;
          for (const other of [w - 0.01, w + 0.01])
            if (other >= 0 && other <= 1) expect(cost(w)).toBeLessThanOrEqual(cost(other) + 1e-7);
          expect(w).toBeGreaterThanOrEqual(0);
          expect(w).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 1 },
    );
  });
});

describe('Gaussian blur', () => {
  test('leaves a constant image as it is, to the border', () => {
    const blurred = gaussianBlur(float32([1, 2, 9, 7], new Float32Array(126).fill(0.3)), 2);
    for (const value of blurred.data) expect(value).toBeCloseTo(0.3, 6);
  });

  test('turns a point into a Gaussian of its deviation', () => {
    const point = new Float32Array(33 * 33);
    point[16 * 33 + 16] = 1;
    const { data } = gaussianBlur(float32([1, 1, 33, 33], point), 2);
    for (const [row, column] of [
      [16, 16],
      [18, 16],
      [13, 20],
    ] as const) {
      // Cut off at three deviations, it is a fraction 0.0027 per direction higher inside.
      const exact = Math.exp(-((row - 16) ** 2 + (column - 16) ** 2) / 8) / (8 * Math.PI);
      expect(data[row * 33 + column]! / exact).toBeCloseTo(1, 1);
    }
    expect(data.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });
});
