import { randomStream } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { render, TERMS } from '../src/basis.js';
import { COARSE as SIDE } from '../src/common.js';
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

test('scenes are alike that are the same, and not that are different', () => {
  const same = Array.from({ length: 10 }, (_, i) => lit(1, light(i)));
  const different = Array.from({ length: 10 }, (_, i) => lit(i, light(1)));
  expect(likeness(same)).toBeGreaterThan(0.9);
  expect(likeness(different)).toBeLessThan(0.1);
});
