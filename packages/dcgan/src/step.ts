// One step of adversarial training (Goodfellow et al. 2014): the discriminator, then the generator.
import type { NdArray, NetworkSettings, RandomStream, TrainingSettings } from '@blind-demod/experiment';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AdamState, adamStep, initialAdam } from './adam.js';
import {
  discriminate,
  generate,
  type ImageShape,
  initialDiscriminator,
  initialGenerator,
  type Parameters,
  zipParameters,
} from './networks.js';

/** Everything that a step reads and writes. */
export interface TrainingState<T> {
  readonly generator: Parameters<T>;
  readonly discriminator: Parameters<T>;
  readonly generatorAdam: AdamState<T>;
  readonly discriminatorAdam: AdamState<T>;
  /** Running average of the generator, which is what training is for: smoother than any single step's. */
  readonly average: Parameters<T>;
}

/** What a step is fed. */
export interface Batch<T> {
  /** [n, channels, size, size], in the output range. */
  readonly images: T;
  /** [n, latent], standard normal. */
  readonly codes: T;
  /** Like images: standard normal noise on the real and on the generated images. */
  readonly realNoise: T;
  readonly fakeNoise: T;
}

export interface StepResult<T> {
  readonly state: TrainingState<T>;
  readonly discriminatorLoss: T;
  readonly generatorLoss: T;
}

/** The state before the first step. */
export function initialState(settings: NetworkSettings, shape: ImageShape, random: RandomStream): TrainingState<NdArray> {
  const generator = initialGenerator(settings, shape, random);
  const discriminator = initialDiscriminator(settings, shape, random);
  return {
    generator,
    discriminator,
    generatorAdam: initialAdam(generator),
    discriminatorAdam: initialAdam(discriminator),
    average: generator,
  };
}

export function trainingStep(
  state: TrainingState<Tensor>,
  batch: Batch<Tensor>,
  { outputRange }: NetworkSettings,
  training: TrainingSettings,
): StepResult<Tensor> {
  // Noise on all that the discriminator sees keeps it from winning at once (Sønderby et al. 2017).
  const judge = (discriminator: Parameters<Tensor>, images: Tensor, noise: Tensor) =>
    discriminate(discriminator, tf.add(images, tf.mul(noise, training.instanceNoise)), outputRange);

  // Discriminator: cross-entropy of telling real (logit > 0) from generated (logit < 0).
  const fakes = generate(state.generator, batch.codes, outputRange);
  const judged = valueAndGradient(
    discriminator =>
      tf.add(
        tf.mean(tf.softplus(tf.neg(judge(discriminator, batch.images, batch.realNoise)))),
        tf.mean(tf.softplus(judge(discriminator, fakes, batch.fakeNoise))),
      ),
    state.discriminator,
  );
  const discriminator = adamStep(state.discriminator, judged.gradient, state.discriminatorAdam, training);

  // Generator: that the discriminator takes its images for real.
  const fooled = valueAndGradient(
    generator =>
      tf.mean(
        tf.softplus(
          tf.neg(judge(discriminator.parameters, generate(generator, batch.codes, outputRange), batch.fakeNoise)),
        ),
      ),
    state.generator,
  );
  const generator = adamStep(state.generator, fooled.gradient, state.generatorAdam, training);

  // An average over few steps at first, so that the initial weights do not linger in it.
  const steps = generator.state.step;
  const decay = tf.minimum(training.averageDecay, tf.div(steps, tf.add(steps, 9)));
  return {
    state: {
      generator: generator.parameters,
      discriminator: discriminator.parameters,
      generatorAdam: generator.state,
      discriminatorAdam: discriminator.state,
      average: zipParameters(
        (before, now) => tf.add(now, tf.mul(tf.sub(before, now), decay)),
        state.average,
        generator.parameters,
      ),
    },
    discriminatorLoss: judged.value,
    generatorLoss: fooled.value,
  };
}

/** A scalar function of a network's parameters: its value, and its gradient in the shape of the parameters. */
function valueAndGradient(
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
