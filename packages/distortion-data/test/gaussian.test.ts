import { describe, expect, test } from 'vitest';
import type { FamilyImages } from '../src/families/family.js';
import { gaussian, gaussianDistortion } from '../src/families/gaussian.js';

const settings = (change: object = {}) => gaussian.settings.parse({ source: 'gaussian', ...change });
const gaussianImages = (given: ReturnType<typeof settings>, seed: number) =>
  gaussian.images(given, { root: '/', seed }) as FamilyImages;

describe('gaussianDistortion', () => {
  test('is 1 at its centre and symmetric about the diagonal', () => {
    const image = gaussianDistortion({ center: 0, width: 20 }, 11, 5);
    expect(image[5 * 11 + 5]).toBe(1);
    const shifted = gaussianDistortion({ center: 2, width: 20 }, 11, 5);
    expect(shifted[7 * 11 + 7]).toBe(1);
    for (let row = 0; row < 11; row++) {
      for (let column = 0; column < 11; column++) {
        expect(shifted[row * 11 + column]).toBe(shifted[column * 11 + row]);
      }
    }
  });

  test('follows the formula, with both ends of [−extent, extent] included', () => {
    const image = gaussianDistortion({ center: 1, width: 30 }, 3, 5);
    const expected = [-5, 0, 5].flatMap(v =>
      [-5, 0, 5].map(u => Math.exp(-((u - 1) ** 2 + (v - 1) ** 2) / 30)),
    );
    expect(Array.from(image)).toEqual(expected.map(Math.fround));
  });
});

describe('gaussian', () => {
  test("makes the paper's 8100: a 90 × 90 grid over (c, σ)", () => {
    const { pixels, labels, parameters } = gaussianImages(settings(), 1);
    expect(pixels.shape).toEqual([8100, 1, 28, 28]);
    const pairs = Array.from({ length: 8100 }, (_, image) =>
      parameters!.data.slice(2 * image, 2 * image + 2),
    );
    expect(new Set(pairs.map(pair => pair.join())).size).toBe(8100);
    const [centers, widths] = [0, 1].map(column => [...new Set(pairs.map(pair => pair[column]!))]);
    for (const [values, low, high] of [
      [centers!, -3, 3],
      [widths!, 20, 35],
    ] as const) {
      expect(values).toHaveLength(90);
      expect([values[0], values.at(-1)]).toEqual([low, high]);
      const step = (high - low) / 89;
      values.forEach((value, index) => {
        expect(value).toBeCloseTo(low + index * step, 5);
      });
    }
    // 9 × 9 blocks of the plane, 100 images each.
    const sizes = new Map<number, number>();
    for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    expect([...sizes.values()]).toEqual(Array(81).fill(100));
    expect(pixels.data.every(value => value > 0 && value <= 1)).toBe(true);
    const last = gaussianDistortion({ center: 3, width: 35 }, 28, 5);
    expect(pixels.data.subarray(-784)).toEqual(last);
  });

  test('draws uniformly within the ranges, the same for the same seed', () => {
    const uniform = settings({ sampling: 'uniform', count: 1001 });
    const { parameters } = gaussianImages(uniform, 7);
    const [centers, widths] = [0, 1].map(column =>
      parameters!.data.filter((_, index) => index % 2 === column),
    );
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(centers!.every(value => value >= -3 && value <= 3)).toBe(true);
    expect(widths!.every(value => value >= 20 && value <= 35)).toBe(true);
    expect(Math.abs(mean(centers!))).toBeLessThan(0.25);
    expect(Math.abs(mean(widths!) - 27.5)).toBeLessThan(0.6);
    expect(gaussianImages(uniform, 7).parameters).toEqual(parameters);
    expect(gaussianImages(uniform, 8).parameters).not.toEqual(parameters);
  });

  test('takes the middle where the grid is one point', () => {
    expect([...gaussianImages(settings({ count: 1 }), 1).parameters!.data]).toEqual([0, 27.5]);
  });
});
