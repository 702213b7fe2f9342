// What all baselines promise, on small problems.
import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { BASELINES } from '../../../src/methods/index.js';
import { mask } from './example.js';

const SIZE = 16;

/** Bumps of light [count, channels, SIZE, SIZE] in different places. */
function bumps(count: number, channels: number, width: number, name: string): Float32NdArray {
  const random = randomStream(1, name);
  const images = Array.from({ length: count }, () => {
    const [row, column] = [4 + 8 * random.uniform(), 4 + 8 * random.uniform()];
    return Array.from({ length: channels * SIZE ** 2 }, (_, i) => {
      const [r, c] = [Math.floor(i / SIZE) % SIZE, i % SIZE];
      return Math.exp(-((r - row) ** 2 + (c - column) ** 2) / width ** 2);
    });
  });
  return float32([count, channels, SIZE, SIZE], Float32Array.from(images.flat()));
}

const set = (pixels: Float32NdArray) => ({ pixels, labels: new Int32Array(pixels.shape[0]!) });

describe.each([1, 3])('%i channels', channels => {
  const signals = bumps(60, channels, 2, 'signals');
  const distortions = bumps(60, channels, 20, 'distortions');
  const methods = Object.values(BASELINES).map(baseline =>
    baseline({ signal: set(signals), distortion: set(distortions) }),
  );
  const pair = 2 * channels * SIZE ** 2;
  const trueDistortion = float32([2, ...distortions.shape.slice(1)], distortions.data.slice(0, pair));
  const noise = randomStream(2, 'noise').normals(pair);
  // With noise, so that some values are negative.
  const y = noise.map((value, i) => signals.data[i]! * distortions.data[i]! + 0.01 * value);
  const observed = float32(trueDistortion.shape, Float32Array.from(mask(pair, 0.8)));
  const problem = (values: Float32Array) => ({
    observation: float32(trueDistortion.shape, values),
    observed,
    first: 0,
    trueDistortion,
  });

  describe.each(methods.map(method => [method.name, method] as const))('%s', (_, method) => {
    test('estimates have the shape of the observation and are finite', async () => {
      const { observed: _all, ...complete } = problem(y);
      const { signal, distortion } = await method.recover(complete);
      for (const estimate of [signal, distortion].filter(image => image !== undefined)) {
        expect(estimate.shape).toEqual(trueDistortion.shape);
        expect(estimate.data.every(Number.isFinite)).toBe(true);
        expect(estimate.data.some(value => value !== 0)).toBe(true);
      }
    });

    test('what a missing pixel holds does not matter, and that it is missing does', async () => {
      const [black, bright] = [0, 0.9].map(value =>
        y.map((observedValue, i) => (observed.data[i] === 0 ? value : observedValue)),
      );
      const found = await method.recover(problem(black!));
      expect(await method.recover(problem(bright!))).toEqual(found);
      const { observed: _all, ...complete } = problem(bright!);
      expect(await method.recover(complete)).not.toEqual(found);
    });

    test('an image is solved as if alone', async () => {
      const both = await method.recover(problem(y));
      const first = (image: Float32NdArray) =>
        float32([1, ...image.shape.slice(1)], image.data.slice(0, pair / 2));
      const alone = await method.recover({
        observation: first(problem(y).observation),
        observed: first(observed),
        first: 0,
        trueDistortion: first(trueDistortion),
      });
      expect(alone.signal!.data).toEqual(first(both.signal!).data);
    });
  });
});

test('names are different', () => {
  const images = { signal: set(bumps(9, 1, 2, 's')), distortion: set(bumps(9, 1, 20, 'd')) };
  expect(new Set(Object.values(BASELINES).map(baseline => baseline(images).name)).size).toBe(
    Object.keys(BASELINES).length,
  );
});
