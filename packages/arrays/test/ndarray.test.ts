import { expect, test } from 'vitest';
import { float32, takeRows } from '../src/index.js';

test('float32 checks that shape and data agree', () => {
  expect(float32([1, 2], Float32Array.of(1, 2)).dtype).toBe('float32');
  expect(float32([], Float32Array.of(1)).shape).toEqual([]);
  expect(float32([3, 0], new Float32Array()).shape).toEqual([3, 0]);
  expect(() => float32([3], Float32Array.of(1))).toThrow(
    new TypeError('shape [3] expected 3 numbers, got 1'),
  );
});

test('takeRows copies rows along the first axis, in the order asked for', () => {
  const array = float32([3, 2, 1], Float32Array.of(1, 2, 3, 4, 5, 6));
  const taken = takeRows(array, [2, 0, 2]);
  expect(taken).toEqual(float32([3, 2, 1], Float32Array.of(5, 6, 1, 2, 5, 6)));
  taken.data[0] = 9;
  expect(array.data[4]).toBe(5);
  expect(takeRows(array, new Int32Array(0)).shape).toEqual([0, 2, 1]);
});
