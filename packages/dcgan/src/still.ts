// What a gradient does not go through.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** x, without a gradient. To be called inside a compiled function. */
export const still = (x: Tensor): Tensor =>
  tf.customGrad(value => ({ value: tf.mul(value as Tensor, 1), gradFunc: dy => tf.zerosLike(dy) }))(x);
