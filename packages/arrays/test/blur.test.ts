import { describe, expect, test } from 'vitest';
import { gaussianBlur } from '../src/blur.js';
import { float32 } from '../src/index.js';

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
