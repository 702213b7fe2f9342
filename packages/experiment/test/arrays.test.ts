import { expect, test } from 'vitest';
import { float32 } from '../src/index.js';

test('float32 checks that shape and data agree', () => {
  expect(float32([1, 2], Float32Array.of(1, 2)).dtype).toBe('float32');
  expect(float32([], Float32Array.of(1)).shape).toEqual([]);
  expect(float32([3, 0], new Float32Array()).shape).toEqual([3, 0]);
  expect(() => float32([3], Float32Array.of(1))).toThrow(
    new TypeError('shape [3] expected 3 numbers, got 1'),
  );
});
