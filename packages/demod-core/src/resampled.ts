// A linear map along both axes of an image.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Square images [n, channels, side, side] as [n, channels, size, size]: each line, and then each column, times the matrix
 * [side, size]. To be called inside a compiled function.
 */
export function resampled(image: Tensor, matrix: Float32Array, size: number): Tensor {
  const [batch, channels, side] = image.shape as [number, number, number, number];
  const weights = tf.tensor2d(matrix, [side, size]);
  // Along the last axis, which then changes places with the one before it; and once more.
  const along = (rows: Tensor, length: number) => {
    const product = tf.matMul(tf.reshape(rows, [-1, side]) as tf.Tensor2D, weights);
    return tf.transpose(tf.reshape(product, [batch * channels, length, size]), [0, 2, 1]);
  };
  return tf.reshape(along(along(image, side), size), [batch, channels, size, size]);
}
