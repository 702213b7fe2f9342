// Training of an encoder: Adam, one cycle of the learning rate, an average of the weights.

import { float32, type NdArray } from '@blind-demod/arrays';
import {
  type AdamState,
  adamStep,
  initialAdam,
  type Parameters,
  valueAndGradient,
  zipParameters,
} from '@blind-demod/dcgan';
import { compileLoop, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Answer, encode } from '../encoder.js';

const WARM_UP = 0.1;
const AVERAGE_DECAY = 0.998;
/** Of the doubt in the loss, beside the error itself. */
const DOUBT_SHARE = 0.02;

interface State<T> {
  readonly network: Parameters<T>;
  readonly adam: AdamState<T>;
  readonly average: Parameters<T>;
}

/** Pictures [n, 1, 32, 32] and the coefficients [n, terms] of their lights. */
export interface Examples<T> {
  readonly pictures: T;
  readonly truth: T;
}

export interface Training {
  readonly start: Parameters<NdArray>;
  readonly examplesAt: (step: number) => Examples<NdArray>;
  /** Which part of the training is done before a step; it ends at 1. */
  readonly done: (step: number) => number;
  readonly highestRate: number;
  readonly device: Device;
  readonly onStep?: (step: number, loss: number, average: () => Promise<Parameters<NdArray>>) => unknown;
}

/** The average network of a training. */
export async function trainEncoder({
  start,
  examplesAt,
  done,
  highestRate,
  device,
  onStep,
}: Training): Promise<Parameters<NdArray>> {
  const state: State<NdArray> = { network: start, adam: initialAdam(start), average: start };
  const first = examplesAt(0);
  const loop = await compileLoop(
    (
      { network, adam, average }: State<Tensor>,
      { examples, rate }: { examples: Examples<Tensor>; rate: Tensor },
    ) => {
      const { value, gradient } = valueAndGradient(
        of => loss(encode(of, examples.pictures), examples.truth),
        network,
      );
      const next = adamStep(network, gradient, adam, { learningRate: rate, beta1: 0.9, beta2: 0.99 });
      const decay = tf.minimum(AVERAGE_DECAY, tf.div(next.state.step, tf.add(next.state.step, 9)));
      const follow = (before: Tensor, now: Tensor) => tf.add(now, tf.mul(tf.sub(before, now), decay));
      return {
        state: {
          network: next.parameters,
          adam: next.state,
          average: zipParameters(follow, average, next.parameters),
        },
        loss: value,
      };
    },
    { state, input: { examples: first, rate: float32([], Float32Array.of(0)) } },
    { device },
  );
  try {
    for (let step = 0; done(step) < 1; step++) {
      const examples = step === 0 ? first : examplesAt(step);
      const rate = float32([], Float32Array.of(highestRate * cycle(done(step))));
      const { loss } = await loop.step({ examples, rate });
      await onStep?.(step, loss.data[0]!, async () => (await loop.state()).average);
    }
    return (await loop.state()).average;
  } finally {
    await loop.dispose();
  }
}

/** The mean size of the error, which minds no outlier, and how well the doubt tells it. */
function loss({ coefficients, logDoubt }: Answer<Tensor>, truth: Tensor): Tensor {
  const squares = tf.squaredDifference(coefficients, truth);
  const error = tf.sqrt(tf.add(tf.sum(squares, 1), 1e-5));
  // The doubt learns from the errors as they are; it moves the answer itself no further.
  const told = tf.add(tf.mul(0.5, tf.mul(still(squares), tf.exp(tf.mul(-2, logDoubt)))), logDoubt);
  return tf.add(tf.mean(error), tf.mul(DOUBT_SHARE, tf.mean(told)));
}

/** x, without a gradient. */
const still = (x: Tensor): Tensor =>
  tf.customGrad(value => ({ value: tf.mul(value as Tensor, 1), gradFunc: dy => tf.zerosLike(dy) }))(x);

/** From 0 to 1 and back to 0, as half a cosine each; the first part is short. */
function cycle(part: number): number {
  return part < WARM_UP
    ? (1 - Math.cos((Math.PI * part) / WARM_UP)) / 2
    : (1 + Math.cos((Math.PI * (part - WARM_UP)) / (1 - WARM_UP))) / 2;
}
