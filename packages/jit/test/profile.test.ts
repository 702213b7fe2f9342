import { float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { profile } from '../src/node/profile.js';

test('a profile has the operators of the program, as often as they ran', async () => {
  const matrix = float32([200, 200], new Float32Array(40_000).fill(0.01));
  const operators = await profile((a: Tensor) => {
    const square = tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D);
    return tf.sin(tf.matMul(square, a as tf.Tensor2D));
  }, matrix);
  const calls = Object.fromEntries(operators.map(({ operator, calls }) => [operator, calls]));
  expect(calls).toMatchObject({ Sin: 1 });
  expect((calls.Gemm ?? 0) + (calls.MatMul ?? 0)).toBe(2);
  for (const { milliseconds } of operators) expect(milliseconds).toBeGreaterThan(0);
  const times = operators.map(({ milliseconds }) => milliseconds);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});
