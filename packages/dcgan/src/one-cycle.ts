// Training of a network by one cycle: Adam, whose learning rate rises and falls once, and an average of the weights.

import { float32, type NdArray } from '@blind-demod/arrays';
import { compileLoop, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AdamState, adamStep, initialAdam } from './adam.js';
import { type Parameters, zipParameters } from './parameters.js';
import { valueAndGradient } from './step.js';

const WARM_UP = 0.1;

interface State<T> {
  readonly network: Parameters<T>;
  readonly adam: AdamState<T>;
  readonly average: Parameters<T>;
}

/** Arrays, or tensors, by name. */
type Named<Name extends string, T> = Readonly<Record<Name, T>>;

export interface OneCycle<Name extends string> {
  readonly start: Parameters<NdArray>;
  readonly examplesAt: (step: number) => Named<Name, NdArray>;
  /** A number that is to be low, of a network and a batch of examples. It is called inside a compiled function. */
  readonly loss: (network: Parameters<Tensor>, examples: Named<Name, Tensor>) => Tensor;
  /** Which part of the training is done before a step; it ends at 1. */
  readonly done: (step: number) => number;
  readonly highestRate: number;
  readonly averageDecay: number;
  readonly device: Device;
  readonly onStep?: (step: number, loss: number) => unknown;
}

/** The average network of a training. */
export async function trainInOneCycle<Name extends string>({
  start,
  examplesAt,
  loss,
  done,
  highestRate,
  averageDecay,
  device,
  onStep,
}: OneCycle<Name>): Promise<Parameters<NdArray>> {
  const state: State<NdArray> = { network: start, adam: initialAdam(start), average: start };
  const first: Named<string, NdArray> = examplesAt(0);
  const loop = await compileLoop(
    (
      { network, adam, average }: State<Tensor>,
      { examples, rate }: { examples: Named<string, Tensor>; rate: Tensor },
    ) => {
      const { value, gradient } = valueAndGradient(of => loss(of, examples as Named<Name, Tensor>), network);
      const next = adamStep(network, gradient, adam, { learningRate: rate, beta1: 0.9, beta2: 0.99 });
      const decay = tf.minimum(averageDecay, tf.div(next.state.step, tf.add(next.state.step, 9)));
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
      const examples: Named<string, NdArray> = step === 0 ? first : examplesAt(step);
      const rate = float32([], Float32Array.of(highestRate * cycle(done(step))));
      const { loss } = await loop.step({ examples, rate });
      await onStep?.(step, loss.data[0]!);
    }
    return (await loop.state()).average;
  } finally {
    await loop.dispose();
  }
}

/** x, without a gradient. To be called inside a compiled function. */
export const still = (x: Tensor): Tensor =>
  tf.customGrad(value => ({ value: tf.mul(value as Tensor, 1), gradFunc: dy => tf.zerosLike(dy) }))(x);

/** From 0 to 1 and back to 0, as half a cosine each; the first part is short. */
function cycle(part: number): number {
  return part < WARM_UP
    ? (1 - Math.cos((Math.PI * part) / WARM_UP)) / 2
    : (1 + Math.cos((Math.PI * (part - WARM_UP)) / (1 - WARM_UP))) / 2;
}
