// What small networks are made of. To be called inside a compiled function.
import type { Float32NdArray } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A convolution: [out, in, k, k] and [out]. */
export interface Convolution<T = Float32NdArray> {
  readonly weight: T;
  readonly bias: T;
}

/** Images [n, in, height, width] as [n, out, height, width], or halved by a stride of 2. */
export function convolve(image: Tensor, { weight, bias }: Convolution<Tensor>, stride: 1 | 2 = 1): Tensor {
  const filter = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D;
  const sums = tf.conv2d(image as tf.Tensor4D, filter, stride, 'same', 'NCHW');
  return tf.add(sums, tf.reshape(bias, [1, -1, 1, 1]));
}

/** x · sigmoid(x): smooth, so that small differences stay differences. */
export const swish = (x: Tensor): Tensor => tf.mul(x, tf.sigmoid(x));
