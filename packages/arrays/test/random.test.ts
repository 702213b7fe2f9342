import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../src/index.js';

const moments = (values: ArrayLike<number>) => {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const central = (power: number) =>
    list.reduce((sum, value) => sum + (value - mean) ** power, 0) / list.length;
  return {
    mean,
    variance: central(2),
    skewness: central(3) / central(2) ** 1.5,
    kurtosis: central(4) / central(2) ** 2,
  };
};

describe('randomStream', () => {
  test('gives the same numbers for ever', () => {
    const stream = randomStream(1, 'golden');
    expect([stream.uniform(), stream.integer(1000), stream.normal(), stream.normal()]).toEqual(
      GOLDEN.scalars,
    );
    expect(Array.from(stream.normals(3))).toEqual(GOLDEN.normals);
    expect(Array.from(stream.uniforms(3))).toEqual(GOLDEN.uniforms);
    expect(Array.from(stream.permutation(8))).toEqual(GOLDEN.permutation);
  });

  test('differs by seed and by every part of the name', () => {
    const names: [number, ...(string | number)[]][] = [
      [1],
      [2],
      [1, 'a'],
      [1, 'b'],
      [1, 'a', 1],
      [1, 'a', '1'],
      [1, 'a1'],
    ];
    const first = names.map(([seed, ...name]) => randomStream(seed, ...name).uniform());
    expect(new Set(first).size).toBe(names.length);
  });

  test('gives streams of different names that do not correlate', () => {
    const count = 20_000;
    const [a, b] = ['a', 'b'].map(name => randomStream(1, 'step', name).normals(count));
    const correlation = a!.reduce((sum, value, index) => sum + value * b![index]!, 0) / count;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(count));
  });

  test('gives streams of consecutive seeds and steps whose first numbers are uniform', () => {
    const first = Array.from({ length: 20_000 }, (_, step) =>
      randomStream(step % 10, 'noise', step).uniform(),
    );
    const { mean, variance } = moments(first);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  test('has the moments of its distributions', () => {
    const normal = moments(randomStream(1, 'moments').normals(200_000));
    expect(Math.abs(normal.mean)).toBeLessThan(0.01);
    expect(Math.abs(normal.variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(normal.skewness)).toBeLessThan(0.025);
    expect(Math.abs(normal.kurtosis - 3)).toBeLessThan(0.05);
    const uniform = moments(randomStream(1, 'moments').uniforms(200_000));
    expect(Math.abs(uniform.mean - 1 / 2)).toBeLessThan(0.003);
    expect(Math.abs(uniform.variance - 1 / 12)).toBeLessThan(0.001);
  });

  test('stays within its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 2 ** 40 }), (seed, limit) => {
        const stream = randomStream(seed);
        const integer = stream.integer(limit);
        expect(Number.isInteger(integer) && integer >= 0 && integer < limit).toBe(true);
        expect(stream.uniforms(20).every(value => value >= 0 && value < 1)).toBe(true);
        expect(stream.normals(20).every(Number.isFinite)).toBe(true);
      }),
    );
    expect(() => randomStream(1).integer(0)).toThrow(TypeError);
  });

  test('permutes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 200 }), (seed, count) => {
        const sorted = randomStream(seed).permutation(count).sort();
        expect(sorted).toEqual(Int32Array.from({ length: count }, (_, index) => index));
      }),
    );
    // Each of the 6 orders of three equally often: 1000 ± 4 standard deviations.
    const orders = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = randomStream(seed, 'order').permutation(3).join();
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const times of orders.values()) expect(Math.abs(times - 1000)).toBeLessThan(116);
  });
});

const GOLDEN = {
  scalars: [0.46626740504837916, 863, -0.28497862702901683, -0.13531851986943533],
  normals: [-1.566133737564087, -1.644132375717163, 0.045969121158123016],
  uniforms: [0.15969139337539673, 0.1912921667098999, 0.39875590801239014],
  permutation: [5, 2, 6, 3, 7, 4, 1, 0],
};
