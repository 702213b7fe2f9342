import { float32, randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { resizeImages } from '../src/resize.js';

/** Bilinear interpolation with pixel centres aligned and edges repeated, straight from its definition. */
function bilinear(image: Float32Array, side: number, size: number): Float64Array {
  const at = (target: number) => {
    const place = Math.min(side - 1, Math.max(0, ((target + 0.5) * side) / size - 0.5));
    const below = Math.floor(place);
    return { below, above: Math.min(side - 1, below + 1), part: place - below };
  };
  return Float64Array.from({ length: size * size }, (_, pixel) => {
    const [y, x] = [at(Math.floor(pixel / size)), at(pixel % size)];
    const row = (index: number) =>
      image[index * side + x.below]! * (1 - x.part) + image[index * side + x.above]! * x.part;
    return row(y.below) * (1 - y.part) + row(y.above) * y.part;
  });
}

function worstDifference(values: Float32Array, expected: ArrayLike<number>): number {
  return values.reduce((worst, value, index) => Math.max(worst, Math.abs(value - expected[index]!)), 0);
}

const bump = (side: number) =>
  Float32Array.from({ length: side * side }, (_, pixel) => {
    return Math.exp(
      -((((pixel % side) / side - 0.3) ** 2 + (Math.floor(pixel / side) / side - 0.6) ** 2) / 0.05),
    );
  });
const noise = (side: number) => randomStream(1, 'resize').uniforms(side * side);

describe('resizeImages', () => {
  test.each([
    ['bump', 28, 64],
    ['bump', 28, 32],
    ['noise', 28, 64],
    ['noise', 28, 128],
    ['noise', 5, 16],
  ] as const)('enlarges %s, %i to %i, as the definition has it', async (kind, side, size) => {
    const image = { bump, noise }[kind](side);
    const { data, shape } = await resizeImages(float32([1, 1, side, side], image), size);
    expect(shape).toEqual([1, 1, size, size]);
    const expected = bilinear(image, side, size);
    expect(worstDifference(data, expected)).toBeLessThan(1e-5);
  });

  test.each([
    [28, 16],
    [128, 32],
  ])('makes a smooth image smaller without moving or darkening it, %i to %i', async (side, size) => {
    const { data } = await resizeImages(float32([1, 1, side, side], bump(side)), size);
    const expected = bilinear(bump(side), side, size);
    expect(worstDifference(data, expected)).toBeLessThan(0.03);
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(data) - mean(bump(side)))).toBeLessThan(0.002);
  });

  test.each([16, 64])('keeps flat images and the range, black and white, to %i', async size => {
    const levels = [0, 0.2, 1];
    const flat = float32(
      [3, 1, 28, 28],
      Float32Array.from({ length: 3 * 784 }, (_, pixel) => levels[Math.floor(pixel / 784)]!),
    );
    const { data } = await resizeImages(flat, size);
    expect(
      worstDifference(
        data,
        Array.from(data, (_, pixel) => levels[Math.floor(pixel / size ** 2)]!),
      ),
    ).toBeLessThan(1e-5);
    const checks = Float32Array.from({ length: 784 }, (_, pixel) => (pixel + Math.floor(pixel / 28)) % 2);
    const resized = await resizeImages(float32([1, 1, 28, 28], checks), size);
    expect(resized.data.every(value => value >= 0 && value <= 1)).toBe(true);
  });

  test('keeps images and channels in order, however many', async () => {
    const images = float32([150, 2, 2, 2], randomStream(1).uniforms(150 * 2 * 4));
    let done = 0;
    const { data, shape } = await resizeImages(images, 4, now => {
      done = now;
    });
    expect(shape).toEqual([150, 2, 4, 4]);
    expect(done).toBe(150);
    for (let plane = 0; plane < 300; plane++) {
      const expected = bilinear(images.data.subarray(4 * plane, 4 * plane + 4), 2, 4);
      expect(worstDifference(data.subarray(16 * plane, 16 * plane + 16), expected)).toBeLessThan(1e-5);
    }
  });

  test('leaves images of the right size alone', async () => {
    const images = float32([1, 1, 28, 28], noise(28));
    expect(await resizeImages(images, 28)).toBe(images);
  });
});
