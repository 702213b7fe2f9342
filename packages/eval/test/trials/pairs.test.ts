import { float32, UserError } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { inBatches, observe } from '../../src/trials/batches.js';
import { drawPairs } from '../../src/trials/pairs.js';

const set = (count: number, value: (image: number) => number) => ({
  pixels: float32(
    [count, 1, 2, 2],
    Float32Array.from({ length: 4 * count }, (_, index) => value(Math.floor(index / 4))),
  ),
  labels: new Int32Array(count),
});
const tests = { signal: set(20, image => image), distortion: set(7, image => 100 + image) };

test('"all" takes every test image of the signal once, and distortions evenly', () => {
  const pairs = drawPairs(1, tests, 'all');
  expect(new Set(pairs.map(({ signal }) => signal)).size).toBe(20);
  const uses = Array.from(
    { length: 7 },
    (_, image) => pairs.filter(pair => pair.distortion === image).length,
  );
  expect(Math.min(...uses)).toBe(2);
  expect(Math.max(...uses)).toBe(3);
});

test('a pair does not depend on how many are asked for, but on the seed', () => {
  expect(drawPairs(1, tests, 5)).toEqual(drawPairs(1, tests, 20).slice(0, 5));
  expect(drawPairs(2, tests, 5)).not.toEqual(drawPairs(1, tests, 5));
});

test('more pairs than test images are an error', () => {
  expect(() => drawPairs(1, tests, 21)).toThrow(UserError);
});

test('batches hold all pairs in order, and know where they begin', () => {
  const pairs = drawPairs(1, tests, 8);
  const batches = inBatches(pairs, 3);
  expect(batches.map(({ first }) => first)).toEqual([0, 3, 6]);
  expect(batches.flatMap(batch => batch.pairs)).toEqual(pairs);
});

test('the observation is the product of the two images', () => {
  const { signal, distortion, observation } = observe(tests, [
    { signal: 3, distortion: 5 },
    { signal: 0, distortion: 6 },
  ]);
  expect(observation.shape).toEqual([2, 1, 2, 2]);
  expect([...signal.data]).toEqual([3, 3, 3, 3, 0, 0, 0, 0]);
  expect([...distortion.data]).toEqual([105, 105, 105, 105, 106, 106, 106, 106]);
  expect([...observation.data]).toEqual([315, 315, 315, 315, 0, 0, 0, 0]);
});
