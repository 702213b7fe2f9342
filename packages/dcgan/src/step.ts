// One step of training: the companion (in adversarial training the discriminator), then the generator, then the average.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AdamSettings, type AdamState, adamStep, initialAdam } from './adam.js';
import type { Networks } from './networks.js';
import type { Batch, JointPlan, Plan, RivalPlan } from './objectives/objective.js';
import { fromRow, inRow, type Parameters, zipParameters } from './parameters.js';

/** Steps that are taken together are about so many seconds', and at most so many. */
const TOGETHER = { seconds: 1, steps: 32 };

/** Everything that a step reads and writes. */
export interface TrainingState<T> {
  readonly generator: Parameters<T>;
  /** The network that is trained beside the generator. */
  readonly companion: Parameters<T>;
  readonly generatorAdam: AdamState<T>;
  readonly companionAdam: AdamState<T>;
  /** Running average of the generator, which is what training is for: smoother than any single step's. */
  readonly average: Parameters<T>;
}

export interface StepResult<T> {
  readonly state: TrainingState<T>;
  readonly companionLoss: T;
  readonly generatorLoss: T;
}

/** The state before the first step of a training on `count` images. */
export function initialState(
  networks: Networks,
  plan: Plan,
  { count, random }: { count: number; random: RandomStream },
): TrainingState<NdArray> {
  const generator = networks.initialGenerator(random);
  const companion = plan.initialCompanion({ count, random });
  return {
    generator,
    companion,
    generatorAdam: initialAdam(generator),
    companionAdam: initialAdam(companion),
    average: generator,
  };
}

/** What a step depends on beside its plan. */
export interface StepSettings extends AdamSettings {
  readonly averageDecay: number;
  readonly schedule?: 'cosine' | undefined;
}

/** How many steps that take so many seconds each are taken together: no more than progress and Ctrl-C can wait for. */
export const stepsTogether = (seconds: number): number =>
  Math.min(Math.max(Math.round(TOGETHER.seconds / seconds), 1), TOGETHER.steps);

/** One step on one batch, of a training of so many steps. */
export function trainingStep(
  plan: Plan,
  { averageDecay, schedule, ...settings }: StepSettings,
  state: TrainingState<Tensor>,
  batch: Batch<Tensor>,
  steps: number,
): StepResult<Tensor> {
  const done = state.generatorAdam.step;
  const rate = schedule === 'cosine' ? cosineRate(settings.learningRate, done, steps) : settings.learningRate;
  const adam = { ...settings, learningRate: rate };
  const { generator, companion, ...losses } =
    'loss' in plan ? moveTogether(plan, adam, state, batch) : moveRivals(plan, adam, state, batch);

  // Average: over few steps at first, so that the initial weights do not linger in it.
  const step = generator.state.step;
  const decay = tf.minimum(averageDecay, tf.div(step, tf.add(step, 9)));
  const [before, now] = [inRow(state.average), inRow(generator.parameters)];
  const average = fromRow(tf.add(now, tf.mul(tf.sub(before, now), decay)), state.average);

  return {
    state: {
      generator: generator.parameters,
      companion: companion.parameters,
      generatorAdam: generator.state,
      companionAdam: companion.state,
      average,
    },
    ...losses,
  };
}

/** Both networks after a step, and the losses before it. */
interface Moved {
  readonly generator: ReturnType<typeof adamStep>;
  readonly companion: ReturnType<typeof adamStep>;
  readonly companionLoss: Tensor;
  readonly generatorLoss: Tensor;
}

function moveRivals(
  plan: RivalPlan,
  adam: AdamSettings<Tensor>,
  state: TrainingState<Tensor>,
  batch: Batch<Tensor>,
): Moved {
  // Companion: a discriminator learns to tell real from generated.
  const judged = valueAndGradient(
    companion => plan.companionLoss(companion, state.generator, batch),
    state.companion,
  );
  const companion = adamStep(state.companion, judged.gradient, state.companionAdam, adam);

  // Generator: it learns to have its images taken for real.
  const fooled = valueAndGradient(
    generator => plan.generatorLoss(generator, companion.parameters, batch),
    state.generator,
  );
  const generator = adamStep(state.generator, fooled.gradient, state.generatorAdam, adam);
  return { generator, companion, companionLoss: judged.value, generatorLoss: fooled.value };
}

function moveTogether(
  plan: JointPlan,
  adam: AdamSettings<Tensor>,
  state: TrainingState<Tensor>,
  batch: Batch<Tensor>,
): Moved {
  const depth = state.generator.length;
  const { value, gradient } = valueAndGradient(
    both => plan.loss(both.slice(0, depth), both.slice(depth), batch),
    [...state.generator, ...state.companion],
  );
  return {
    generator: adamStep(state.generator, gradient.slice(0, depth), state.generatorAdam, adam),
    companion: adamStep(state.companion, gradient.slice(depth), state.companionAdam, adam),
    companionLoss: value,
    generatorLoss: value,
  };
}

/** Part of a training over which the rate rises. */
const WARM_UP = 0.05;

/** The learning rate after so many of the steps: up in a straight line, then down half a cosine. */
function cosineRate(highest: number, done: Tensor, steps: number): Tensor {
  const part = tf.div(tf.add(done, 1), steps);
  const falling = tf.mul(tf.add(tf.cos(tf.mul(part, Math.PI)), 1), 0.5);
  return tf.mul(tf.minimum(tf.div(part, WARM_UP), falling), highest);
}

/** A scalar function of a network's parameters: its value, and its gradient in the shape of the parameters. */
export function valueAndGradient(
  fn: (parameters: Parameters<Tensor>) => Tensor,
  parameters: Parameters<Tensor>,
): { value: Tensor; gradient: Parameters<Tensor> } {
  const leaves: Tensor[] = [];
  zipParameters(leaf => leaves.push(leaf), parameters);
  const refill = (values: readonly Tensor[]) => {
    let next = 0;
    return zipParameters((_: Tensor) => values[next++]!, parameters);
  };
  const { value, grads } = tf.valueAndGrads((...values: Tensor[]) => fn(refill(values)) as tf.Scalar)(leaves);
  return { value, gradient: refill(grads) };
}
