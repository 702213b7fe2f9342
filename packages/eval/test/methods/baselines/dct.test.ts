import { randomStream } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { cosineTransform } from '../../../src/methods/baselines/dct.js';

const random = (size: number, name: string) => Float64Array.from(randomStream(1, name).normals(size));
const distance = (a: Float64Array, b: Float64Array) => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

test('agrees with the sum that defines it, for each channel by itself', () => {
  const [channels, height, width] = [2, 8, 4];
  const image = random(channels * height * width, 'image');
  const scale = (k: number, n: number) => Math.sqrt((k === 0 ? 1 : 2) / n);
  const expected = image.map((_, index) => {
    const [c, k, l] = [Math.floor(index / 32), Math.floor(index / width) % height, index % width];
    let sum = 0;
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        sum +=
          image[c * 32 + i * width + j]! *
          Math.cos((Math.PI * (i + 0.5) * k) / height) *
          Math.cos((Math.PI * (j + 0.5) * l) / width);
      }
    }
    return scale(k, height) * scale(l, width) * sum;
  });
  // Doubles: sums of 32 terms of size one.
  expect(distance(cosineTransform([channels, height, width]).forward(image), expected)).toBeLessThan(1e-13);
});

test('is orthonormal: the inverse undoes it, and inner products stay', () => {
  const { forward, inverse } = cosineTransform([1, 64, 64]);
  const [a, b] = [random(4096, 'a'), random(4096, 'b')];
  expect(distance(inverse(forward(a)), a)).toBeLessThan(1e-12);
  expect(distance(forward(inverse(a)), a)).toBeLessThan(1e-12);
  const inner = (u: Float64Array, v: Float64Array) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  expect(inner(forward(a), forward(b))).toBeCloseTo(inner(a, b), 9);
});
