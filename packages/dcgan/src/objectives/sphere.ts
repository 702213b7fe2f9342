// The sphere of radius √latent, where normal codes are, near enough: a code is a direction, and no place is farther out.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Codes [n, latent] brought to the length √latent. */
export function onSphere(codes: Tensor): Tensor {
  const length = tf.sqrt(tf.add(tf.sum(tf.square(codes), 1, true), 1e-6));
  return tf.mul(codes, tf.div(Math.sqrt(codes.shape[1]!), length));
}
