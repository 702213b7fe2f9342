// Equations of many series at once, inside a compiled function, with a gradient.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Enough for 44 unknowns: more change nothing. */
const ITERATIONS = 30;
/** Keeps 0 / 0 a number once the answer is exact. */
const TINY = 1e-30;

/**
 * x with matrix · x = right. The gradient is that of the exact answer, which solves the same equations.
 *
 * @param matrix [n, size, size], each symmetric and positive definite.
 * @param right [n, size].
 */
export function solve(matrix: Tensor, right: Tensor): Tensor {
  const solved = tf.customGrad((...inputs: unknown[]) => {
    const [a, b, save] = inputs as [Tensor, Tensor, (tensors: Tensor[]) => void];
    const x = conjugateGradients(a, b);
    save([a, x]);
    return {
      value: x,
      gradFunc: (dx: Tensor, saved: Tensor[]) => {
        const [a, x] = saved as [Tensor, Tensor];
        const db = conjugateGradients(a, dx);
        return [tf.neg(tf.mul(tf.expandDims(db, 2), tf.expandDims(x, 1))), db];
      },
    };
  });
  return solved(matrix, right);
}

/** With the diagonal as preconditioner. */
function conjugateGradients(matrix: Tensor, right: Tensor): Tensor {
  const size = right.shape[1]!;
  const diagonal = tf.sum(tf.mul(matrix, tf.expandDims(tf.eye(size), 0)), 2);
  const times = (x: Tensor) => tf.sum(tf.mul(matrix, tf.expandDims(x, 1)), 2);
  const dot = (a: Tensor, b: Tensor) => tf.add(tf.sum(tf.mul(a, b), 1, true), TINY);
  let answer: Tensor = tf.zerosLike(right);
  let left = right;
  let scaled: Tensor = tf.div(left, diagonal);
  let direction = scaled;
  let size2 = dot(left, scaled);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const along = times(direction);
    const step = tf.div(size2, dot(direction, along));
    answer = tf.add(answer, tf.mul(step, direction));
    left = tf.sub(left, tf.mul(step, along));
    scaled = tf.div(left, diagonal);
    const next = dot(left, scaled);
    direction = tf.add(scaled, tf.mul(tf.div(next, size2), direction));
    size2 = next;
  }
  return answer;
}
