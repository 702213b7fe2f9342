// Training of a network by one cycle: Adam, whose learning rate rises and falls once, and an average of the weights.

import { encodeSafetensors, float32, type NdArray, UserError } from '@blind-demod/arrays';
import { readIfThere, writeFileAtomic } from '@blind-demod/artifacts';
import { compileLoop, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AdamState, adamStep, initialAdam } from './adam.js';
import { decodeCheckpoint, stateIn, tensorsOfState } from './checkpoint.js';
import { type Parameters, zipParameters } from './parameters.js';
import { valueAndGradient } from './step.js';

const WARM_UP = 0.1;
/** The least share of a step's loss in the running mean. */
const RUNNING = 0.01;

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
  /** Told the loss as a running mean. */
  readonly onStep?: (step: number, loss: number) => unknown;
  /** Where the state is kept now and then, so that a killed training goes on; kept nowhere when absent. */
  readonly checkpoint?: Checkpoint | undefined;
}

export interface Checkpoint {
  readonly file: string;
  /** Steps from one to the next. */
  readonly every: number;
  /** What the training depends on; one of other settings is not taken up. */
  readonly settingsHash: string;
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
  checkpoint,
}: OneCycle<Name>): Promise<Parameters<NdArray>> {
  const initial: State<NdArray> = { network: start, adam: initialAdam(start), average: start };
  const { state, step: begun } = (checkpoint && (await resume(checkpoint, initial))) ?? {
    state: initial,
    step: 0,
  };
  const first: Named<string, NdArray> = examplesAt(begun);
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
  let running = 0;
  try {
    for (let step = begun; done(step) < 1; step++) {
      const examples: Named<string, NdArray> = step === begun ? first : examplesAt(step);
      const rate = float32([], Float32Array.of(highestRate * cycle(done(step))));
      const { loss } = await loop.step({ examples, rate });
      if (!Number.isFinite(loss.data[0]))
        throw new UserError(`the training failed at step ${step}: its loss is ${loss.data[0]}`);
      running += (loss.data[0]! - running) * Math.max(RUNNING, 1 / (step - begun + 1));
      await onStep?.(step, running);
      if (checkpoint && (step + 1) % checkpoint.every === 0)
        await keep(checkpoint, await loop.state(), step + 1);
    }
    return (await loop.state()).average;
  } finally {
    await loop.dispose();
  }
}

async function keep({ file, settingsHash }: Checkpoint, state: State<NdArray>, step: number): Promise<void> {
  await writeFileAtomic(file, encodeSafetensors(tensorsOfState(state), { settingsHash, step: `${step}` }));
}

async function resume({ file, settingsHash }: Checkpoint, initial: State<NdArray>) {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return undefined;
  const { tensors, metadata } = decodeCheckpoint(bytes, file);
  if (metadata.settingsHash !== settingsHash) return undefined;
  return { state: stateIn(tensors, initial, file), step: Number(metadata.step) };
}

/** From 0 to 1 and back to 0, as half a cosine each; the first part is short. */
function cycle(part: number): number {
  return part < WARM_UP
    ? (1 - Math.cos((Math.PI * part) / WARM_UP)) / 2
    : (1 + Math.cos((Math.PI * (part - WARM_UP)) / (1 - WARM_UP))) / 2;
}
