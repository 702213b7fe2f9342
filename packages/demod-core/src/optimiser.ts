// Steps of the codes along their gradients: with momentum, as in the paper, or Adam.
import { type Float32NdArray, float32, type SolverSettings } from '@blind-demod/experiment';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The codes of n problems and what the optimiser remembers of their gradients, each [n, latent dimension]. */
export interface Descent<T> {
  readonly code: T;
  /** The decaying sum of the gradients. */
  readonly velocity: T;
  /** For Adam, the decaying sum of their squares. */
  readonly square?: T;
}

/** Which step it is, two scalars: its size, and its number, from 1 on. */
export interface Step<T> {
  readonly size: T;
  readonly number: T;
}

/** Adam's decay of the sum of squares: over a few hundred iterations the gradients shrink by orders of magnitude. */
const SQUARE_DECAY = 0.99;

/** Where the descent from a code starts. */
export function atRest(code: Float32NdArray, { optimiser }: SolverSettings): Descent<Float32NdArray> {
  const zeros = float32(code.shape, new Float32Array(code.data.length));
  return { code, velocity: zeros, ...(optimiser === 'adam' && { square: zeros }) };
}

/** One step: gradient descent with momentum, or Adam (Kingma and Ba 2015) if there is a sum of squares. */
export function descend(
  { code, velocity, square }: Descent<Tensor>,
  gradient: Tensor,
  step: Step<Tensor>,
  { momentum }: SolverSettings,
): Descent<Tensor> {
  const sum = tf.add(tf.mul(velocity, momentum), gradient);
  if (square === undefined) return { code: tf.sub(code, tf.mul(sum, step.size)), velocity: sum };
  const squares = tf.add(tf.mul(square, SQUARE_DECAY), tf.square(gradient));
  // Over the sum of the weights in it, a decaying sum is Adam's bias-corrected mean.
  const mean = tf.div(sum, sumOfPowers(momentum, step.number));
  const meanSquare = tf.div(squares, sumOfPowers(SQUARE_DECAY, step.number));
  const direction = tf.div(mean, tf.add(tf.sqrt(meanSquare), 1e-12));
  return { code: tf.sub(code, tf.mul(direction, step.size)), velocity: sum, square: squares };
}

/** 1 + decay + … + decayᵏ⁻¹. */
const sumOfPowers = (decay: number, k: Tensor): Tensor => tf.div(tf.sub(1, tf.pow(decay, k)), 1 - decay);
