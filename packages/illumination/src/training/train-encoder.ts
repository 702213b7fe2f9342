// Training of an encoder.

import type { NdArray } from '@blind-demod/arrays';
import type { Parameters } from '@blind-demod/dcgan';
import { type OneCycle, trainInOneCycle } from '@blind-demod/dcgan/node';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { encode, priorOf } from '../encoder.js';
import { solve } from '../solve.js';

const AVERAGE_DECAY = 0.998;

/** Pictures of several series: see `Grouped`. */
export interface Examples<T> {
  readonly pictures: T;
  readonly members: T;
  /** [series, terms]: of the coefficients of their lights, what has been divided out of the pictures, and what is left. */
  readonly known: T;
  readonly left: T;
  /** [series]: how much each counts; they sum to 1. */
  readonly weights: T;
}

/** The average network of a training. */
export const trainEncoder = (
  training: Omit<OneCycle<keyof Examples<NdArray>>, 'loss' | 'averageDecay'>,
): Promise<Parameters<NdArray>> => trainInOneCycle({ ...training, averageDecay: AVERAGE_DECAY, loss });

/** The mean size of the error, which minds no outlier. */
function loss(network: Parameters<Tensor>, { known, left, weights, ...grouped }: Examples<Tensor>): Tensor {
  const { precision, pull } = encode(network, grouped);
  const prior = tf.expandDims(tf.exp(priorOf(network)), 0);
  const all = tf.add(precision, tf.mul(tf.expandDims(prior, 2), tf.expandDims(tf.eye(prior.shape[1]!), 0)));
  // The prior is of the whole light, not of what is left of it.
  const found = solve(all, tf.sub(pull, tf.mul(prior, known)));
  const error = tf.sqrt(tf.add(tf.sum(tf.squaredDifference(found, left), 1), 1e-5));
  return tf.sum(tf.mul(weights, error));
}
