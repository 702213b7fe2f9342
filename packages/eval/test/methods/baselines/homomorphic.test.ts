import { float32 } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { illumination } from '../../../src/methods/baselines/homomorphic.js';
import { directionError } from './example.js';

const SIZE = 32;
const shape = [1, 1, SIZE, SIZE];
// A signal of one height on black, light that changes slowly.
const signal = Float32Array.from({ length: SIZE ** 2 }, (_, i) => (Math.floor(i / SIZE) % 8 < 3 ? 0.8 : 0));
const distortion = signal.map((_, i) => Math.exp(-(((i % SIZE) - 12) ** 2) / 2000));
const y = signal.map((w, i) => w * distortion[i]!);

test('smooth light on a signal of one height is found', () => {
  const found = illumination(float32(shape, y), undefined, { bright: 0.2, deviation: 3 });
  // A Gaussian average of a parabola is too high by σ²/2000 = 0.5 %; at the border, where the edge repeats, by more.
  expect(directionError(found.data, distortion)).toBeLessThan(0.02);
});

test('pixels that are missing or black say nothing of the light', () => {
  const missing = Float32Array.from(y, (_, i) => (i % 3 === 0 ? 0 : 1));
  const found = illumination(
    float32(
      shape,
      y.map((value, i) => (missing[i] === 0 ? 9 : value)),
    ),
    float32(shape, missing),
    { bright: 0.2, deviation: 3 },
  );
  expect(directionError(found.data, distortion)).toBeLessThan(0.02);
});
