import { describe, expect, test } from 'vitest';
import { project, render, TERMS } from '../src/basis.js';
import { inverse, ORIENTATIONS, orient, orientTerms } from '../src/orientations.js';

/** log of a light at the centres of width × height pixels, less its mean. */
function field(light: (u: number, v: number) => number, height: number, width: number): Float64Array {
  const values = Float64Array.from({ length: height * width }, (_, pixel) => {
    const [u, v] = [(2 * (pixel % width) + 1) / width - 1, (2 * Math.floor(pixel / width) + 1) / height - 1];
    return Math.log(light(u, v));
  });
  const mean = values.reduce((a, b) => a + b) / values.length;
  return values.map(value => value - mean);
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a, (value, i) => (value - b[i]!) ** 2).reduce((x, y) => x + y) / a.length);

describe('smooth fields', () => {
  test('have terms that are orthonormal over the pixels', () => {
    for (const [term] of TERMS.entries()) {
      const one = TERMS.map((_, index) => (index === term ? 1 : 0));
      const back = project(render(one, 40, 24), 40, 24);
      for (const [index, value] of back.entries()) expect(value).toBeCloseTo(one[index]!, 5); // float32
    }
  });

  test.each([
    [
      'the fourth power of a cosine',
      (u: number, v: number) => (1 + 0.8 * ((u - 0.3) ** 2 + (v + 0.2) ** 2)) ** -2,
    ],
    ['a spot on a floor', (u: number, v: number) => 0.3 + 0.7 * Math.exp(-((u - 0.2) ** 2 + v * v) / 0.8)],
    ['a gradient', (u: number, v: number) => Math.exp(0.5 * u - 0.2 * v)],
    ['a soft step', (u: number, v: number) => 1 + 0.4 * Math.tanh(1.5 * (u + v))],
  ])('are %s to a hundredth of its size, at any size of pictures', (_, light) => {
    const coefficients = project(field(light, 32, 32), 32, 32);
    for (const [height, width] of [
      [32, 32],
      [300, 200],
    ] as const) {
      const truth = field(light, height, width);
      expect(distance(render(coefficients, height, width), truth)).toBeLessThan(
        0.01 *
          distance(
            truth,
            truth.map(() => 0),
          ),
      );
    }
  });

  test('leave out the mean', () => {
    const shifted = field(u => Math.exp(u), 16, 16).map(value => value + 5);
    expect(
      distance(
        project(shifted, 16, 16),
        project(
          field(u => Math.exp(u), 16, 16),
          16,
          16,
        ),
      ),
    ).toBeLessThan(1e-12);
  });
});

test('each orientation is undone by its inverse, and no two are the same', () => {
  const square = Float32Array.from({ length: 25 }, (_, i) => i);
  const all = Array.from({ length: ORIENTATIONS }, (_, orientation) => orient(square, 5, orientation));
  for (const [orientation, turned] of all.entries()) {
    expect(orient(turned, 5, inverse(orientation))).toEqual(square);
  }
  expect(new Set(all.map(turned => turned.join()))).toHaveLength(ORIENTATIONS);
});

test('coefficients are turned as the field is', () => {
  const coefficients = Float64Array.from(TERMS, (_, term) => Math.sin(1 + 7 * term));
  const side = 24;
  for (let orientation = 0; orientation < ORIENTATIONS; orientation++) {
    const turned = project(orient(render(coefficients, side, side), side, orientation), side, side);
    expect(distance(turned, orientTerms(coefficients, orientation))).toBeLessThan(1e-6); // float32
  }
});
