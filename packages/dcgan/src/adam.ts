// Adam (Kingma and Ba 2015) over the parameters of a network. TensorFlow.js' own changes variables in place; a step that is
// compiled must be a pure function.

import { float32, type NdArray } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Parameters, zipParameters } from './parameters.js';

export interface AdamSettings<Rate = number> {
  readonly learningRate: number | Rate;
  /** Decay, per step, of the mean of the gradients. */
  readonly beta1: number;
  /** Decay, per step, of the mean of their squares. */
  readonly beta2: number;
}

/** Running means of the gradients and of their squares, and the number of steps taken (a scalar). */
export interface AdamState<T> {
  readonly mean: Parameters<T>;
  readonly square: Parameters<T>;
  readonly step: T;
}

const EPSILON = 1e-8;

/** The state before the first step. */
export function initialAdam(parameters: Parameters<NdArray>): AdamState<NdArray> {
  const zeros = () =>
    zipParameters(({ shape, data }) => float32(shape, new Float32Array(data.length)), parameters);
  return { mean: zeros(), square: zeros(), step: float32([], Float32Array.of(0)) };
}

/** One step along `gradient`: the parameters and the state after it. */
export function adamStep(
  parameters: Parameters<Tensor>,
  gradient: Parameters<Tensor>,
  state: AdamState<Tensor>,
  { learningRate, beta1, beta2 }: AdamSettings<Tensor>,
): { parameters: Parameters<Tensor>; state: AdamState<Tensor> } {
  const runningMean = (decay: number) => (before: Tensor, now: Tensor) =>
    tf.add(tf.mul(before, decay), tf.mul(now, 1 - decay));
  const step = tf.add(state.step, 1);
  const mean = zipParameters(runningMean(beta1), state.mean, gradient);
  const square = zipParameters(runningMean(beta2), state.square, zipParameters(tf.square<Tensor>, gradient));
  // Both means start at zero; these undo their bias towards it.
  const rate = tf.div(learningRate, tf.sub(1, tf.pow(beta1, step)));
  const unbias = tf.rsqrt(tf.sub(1, tf.pow(beta2, step)));
  const moved = zipParameters(
    (parameter, m, v) =>
      tf.sub(parameter, tf.mul(rate, tf.div(m, tf.add(tf.mul(tf.sqrt(v), unbias), EPSILON)))),
    parameters,
    mean,
    square,
  );
  return { parameters: moved, state: { mean, square, step } };
}
