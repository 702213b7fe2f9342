// How much memory a program needs, counted by hand, and the refusal of one that needs more than there is.
import { checkMemory, float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compile } from '../src/compile.js';
import { peakBytes } from '../src/memory.js';
import { isOutput, trace } from '../src/trace.js';
import { leaves } from '../src/tree.js';

const peakOf = (fn: (x: Tensor) => Tensor, length: number) => {
  const { graph, result } = trace(fn, float32([length], new Float32Array(length)));
  return peakBytes(
    graph,
    leaves(result, isOutput).map(([, { value }]) => graph.dense(value)),
  );
};

test('a chain needs its input, and two results at once', () => {
  // x, sin x and its cosine; sin x is gone when the exponential is made.
  expect(peakOf(x => tf.exp(tf.cos(tf.sin(x))), 1000)).toBe(3 * 4000);
});

test('what is needed later stays', () => {
  // x, sin x, cos of it, exp of that, and sin x for the sum.
  expect(
    peakOf(x => {
      const first = tf.sin(x);
      return tf.add(tf.exp(tf.cos(first)), first);
    }, 1000),
  ).toBe(4 * 4000);
});

test('a program that needs more than this machine has is refused, with both numbers, and takes none of it', async () => {
  const column = { rows: float32([2 ** 22, 1], new Float32Array(2 ** 22)) };
  // 2²² by 2²² numbers are 64 tebibytes.
  const outer = ({ rows }: { rows: Tensor }) =>
    tf.sum(tf.exp(tf.matMul(rows as tf.Tensor2D, rows as tf.Tensor2D, false, true)));
  await expect(compile(outer, column, { device: 'cpu' })).rejects.toThrow(
    /^this computation needs about \d+\.\d GiB of memory, and there are \d+\.\d GiB here; use smaller/,
  );
});

test('what fits is not refused', () => {
  expect(() => checkMemory(1, 'nothing')).not.toThrow();
});
