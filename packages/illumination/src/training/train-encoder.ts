// Training of an encoder.

import type { NdArray } from '@blind-demod/arrays';
import { type Parameters, still } from '@blind-demod/dcgan';
import { type OneCycle, trainInOneCycle } from '@blind-demod/dcgan/node';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Answer, encode } from '../encoder.js';

const AVERAGE_DECAY = 0.998;
/** Of the doubt in the loss, beside the error itself. */
const DOUBT_SHARE = 0.02;

/** Pictures [n, 1, 32, 32] and the coefficients [n, terms] of their lights. */
export interface Examples<T> {
  readonly pictures: T;
  readonly truth: T;
}

/** The average network of a training. */
export const trainEncoder = (
  training: Omit<OneCycle<keyof Examples<NdArray>>, 'loss' | 'averageDecay'>,
): Promise<Parameters<NdArray>> =>
  trainInOneCycle({
    ...training,
    averageDecay: AVERAGE_DECAY,
    loss: (network, { pictures, truth }) => loss(encode(network, pictures), truth),
  });

/** The mean size of the error, which minds no outlier, and how well the doubt tells it. */
function loss({ coefficients, logDoubt }: Answer<Tensor>, truth: Tensor): Tensor {
  const squares = tf.squaredDifference(coefficients, truth);
  const error = tf.sqrt(tf.add(tf.sum(squares, 1), 1e-5));
  // The doubt learns from the errors as they are; it moves the answer itself no further.
  const told = tf.add(tf.mul(0.5, tf.mul(still(squares), tf.exp(tf.mul(-2, logDoubt)))), logDoubt);
  return tf.add(tf.mean(error), tf.mul(DOUBT_SHARE, tf.mean(told)));
}
