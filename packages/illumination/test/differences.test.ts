import { randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { render, TERMS } from '../src/basis.js';
import { COARSE as SIDE } from '../src/common.js';
import { lightOfDifferences } from '../src/differences.js';
import { likeness } from '../src/estimate.js';

/** A light of moderate size: degree d has a standard deviation of 0.2 / d. */
const light = (seed: number) => {
  const random = randomStream(seed, 'light');
  return Float64Array.from(TERMS, ([i, j]) => (0.2 / (i + j)) * random.normal());
};

/** Steps of brightness at random places, other ones in each picture. */
const scene = (seed: number) => {
  const random = randomStream(seed, 'scene');
  const field = new Float32Array(SIDE * SIDE);
  for (let box = 0; box < 12; box++) {
    const [x0, y0, w, h] = [
      random.integer(SIDE),
      random.integer(SIDE),
      2 + random.integer(8),
      2 + random.integer(8),
    ];
    const level = random.normal();
    for (let y = y0; y < Math.min(SIDE, y0 + h); y++)
      field.fill(level, y * SIDE + x0, y * SIDE + Math.min(SIDE, x0 + w));
  }
  return field;
};
const lit = (seed: number, coefficients: Float64Array) => {
  const field = render(coefficients, SIDE, SIDE);
  return scene(seed).map((value, cell) => value + field[cell]!);
};
const off = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((value, i) => value - b[i]!));

describe('the light of differences', () => {
  test('is exact where there is nothing but light', () => {
    const truth = light(1);
    const field = render(truth, SIDE, SIDE);
    const { coefficients, variances } = lightOfDifferences([field, field]);
    expect(off(coefficients, truth)).toBeLessThan(1e-5); // float32
    expect(Math.max(...variances)).toBeLessThan(1e-10);
  });

  test('is the nearer the more pictures there are, by about what its variances say', () => {
    const ratios: number[] = [];
    const errors = [4, 32].map(count => {
      const all = Array.from({ length: 4 }, (_, trial) => {
        const truth = light(trial);
        const pictures = Array.from({ length: count }, (_, i) => lit(1000 * trial + i, truth));
        const { coefficients, variances } = lightOfDifferences(pictures);
        const error = off(coefficients, truth);
        if (count === 32) ratios.push(error / Math.sqrt(variances.reduce((a, b) => a + b)));
        return error;
      });
      return all.reduce((a, b) => a + b) / all.length;
    });
    // Eight times as many pictures: about a third of the error.
    expect(errors[1]! / errors[0]!).toBeLessThan(0.6);
    // Of 44 terms, errors and variances agree within a factor of 2 on the average of four lights.
    const ratio = ratios.reduce((a, b) => a + b) / ratios.length;
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

test('scenes are alike that are the same, and not that are different', () => {
  const same = Array.from({ length: 10 }, (_, i) => lit(1, light(i)));
  const different = Array.from({ length: 10 }, (_, i) => lit(i, light(1)));
  expect(likeness(same)).toBeGreaterThan(0.9);
  expect(likeness(different)).toBeLessThan(0.1);
});
