// Adam (Kingma and Ba 2015) over the parameters of a network. TensorFlow.js' own changes variables in place; a step that is
// compiled must be a pure function.

import { float32, type NdArray } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fromRow, inRow, leavesOf, type Parameters } from './parameters.js';

export interface AdamSettings<Rate = number> {
  readonly learningRate: number | Rate;
  /** Decay, per step, of the mean of the gradients. */
  readonly beta1: number;
  /** Decay, per step, of the mean of their squares. */
  readonly beta2: number;
}

/** Running means of the gradients and of their squares, all in a row, and the number of steps taken (a scalar). */
export interface AdamState<T> {
  readonly mean: T;
  readonly square: T;
  readonly step: T;
}

const EPSILON = 1e-8;

/** The state before the first step. */
export function initialAdam(parameters: Parameters<NdArray>): AdamState<NdArray> {
  const count = leavesOf(parameters).reduce((sum, { data }) => sum + data.length, 0);
  const zeros = () => float32([count], new Float32Array(count));
  return { mean: zeros(), square: zeros(), step: float32([], Float32Array.of(0)) };
}

/**
 * One step along `gradient`: the parameters and the state after it. All numbers are in one row meanwhile: a GPU takes as long
 * to begin an operation on a bias as to do it on all of them.
 */
export function adamStep(
  parameters: Parameters<Tensor>,
  gradient: Parameters<Tensor>,
  state: AdamState<Tensor>,
  { learningRate, beta1, beta2 }: AdamSettings<Tensor>,
): { parameters: Parameters<Tensor>; state: AdamState<Tensor> } {
  const row = inRow(gradient);
  const runningMean = (decay: number, before: Tensor, now: Tensor) =>
    tf.add(tf.mul(before, decay), tf.mul(now, 1 - decay));
  const step = tf.add(state.step, 1);
  const mean = runningMean(beta1, state.mean, row);
  const square = runningMean(beta2, state.square, tf.square(row));
  // Both means start at zero; these undo their bias towards it.
  const rate = tf.div(learningRate, tf.sub(1, tf.pow(beta1, step)));
  const unbias = tf.rsqrt(tf.sub(1, tf.pow(beta2, step)));
  const move = tf.mul(rate, tf.div(mean, tf.add(tf.mul(tf.sqrt(square), unbias), EPSILON)));
  return { parameters: fromRow(tf.sub(inRow(parameters), move), parameters), state: { mean, square, step } };
}
