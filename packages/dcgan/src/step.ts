// One step of training: the companion (in adversarial training the discriminator), then the generator, then the average.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AdamSettings, type AdamState, adamStep, initialAdam } from './adam.js';
import type { Networks } from './networks.js';
import type { Batch, Plan } from './objectives/objective.js';
import { type Parameters, zipParameters } from './parameters.js';

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

/** One step on one batch. */
export function trainingStep(
  plan: Plan,
  settings: AdamSettings & { readonly averageDecay: number },
  state: TrainingState<Tensor>,
  batch: Batch<Tensor>,
): StepResult<Tensor> {
  // Companion: a discriminator learns to tell real from generated.
  const judged = valueAndGradient(
    companion => plan.companionLoss(companion, state.generator, batch),
    state.companion,
  );
  const companion = adamStep(state.companion, judged.gradient, state.companionAdam, settings);

  // Generator: it learns to have its images taken for real.
  const fooled = valueAndGradient(
    generator => plan.generatorLoss(generator, companion.parameters, batch),
    state.generator,
  );
  const generator = adamStep(state.generator, fooled.gradient, state.generatorAdam, settings);

  // Average: over few steps at first, so that the initial weights do not linger in it.
  const steps = generator.state.step;
  const decay = tf.minimum(settings.averageDecay, tf.div(steps, tf.add(steps, 9)));
  const average = zipParameters(
    (before, now) => tf.add(now, tf.mul(tf.sub(before, now), decay)),
    state.average,
    generator.parameters,
  );

  return {
    state: {
      generator: generator.parameters,
      companion: companion.parameters,
      generatorAdam: generator.state,
      companionAdam: companion.state,
      average,
    },
    companionLoss: judged.value,
    generatorLoss: fooled.value,
  };
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
