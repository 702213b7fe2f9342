// One step of adversarial training (Goodfellow et al. 2014): the discriminator, then the generator.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
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
import type { NetworkSettings, TrainingSettings } from './settings.js';

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
export function initialState(
  settings: NetworkSettings,
  shape: ImageShape,
  random: RandomStream,
): TrainingState<NdArray> {
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

/**
 * One step on one batch. The discriminator sees no image without noise on it: that keeps it from winning at once
 * (Sønderby et al. 2017).
 */
export function trainingStep(
  state: TrainingState<Tensor>,
  batch: Batch<Tensor>,
  network: NetworkSettings,
  training: TrainingSettings,
): StepResult<Tensor> {
  const { outputRange } = network;
  const { instanceNoise } = training;
  const noisy = (images: Tensor, noise: Tensor) => tf.add(images, tf.mul(noise, instanceNoise));

  // Discriminator: tell real from generated.
  const fakes = generate(state.generator, batch.codes, network);
  const judged = valueAndGradient(
    discriminator =>
      discriminatorLoss(
        discriminator,
        noisy(batch.images, batch.realNoise),
        noisy(fakes, batch.fakeNoise),
        outputRange,
      ),
    state.discriminator,
  );
  const discriminator = adamStep(state.discriminator, judged.gradient, state.discriminatorAdam, training);

  // Generator: have its images taken for real.
  const fooled = valueAndGradient(generator => {
    const images = generate(generator, batch.codes, network);
    return crossEntropy(
      discriminate(discriminator.parameters, noisy(images, batch.fakeNoise), outputRange),
      'real',
    );
  }, state.generator);
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

/** The discriminator's loss on real and generated images: the sum of their cross-entropies. */
export function discriminatorLoss(
  discriminator: Parameters<Tensor>,
  real: Tensor,
  fake: Tensor,
  outputRange: readonly [number, number],
): Tensor {
  return tf.add(
    crossEntropy(discriminate(discriminator, real, outputRange), 'real'),
    crossEntropy(discriminate(discriminator, fake, outputRange), 'fake'),
  );
}

/** Mean of −log P(label), where P(real) is the sigmoid of the logit. */
const crossEntropy = (logits: Tensor, label: 'real' | 'fake'): Tensor =>
  tf.mean(tf.softplus(label === 'real' ? tf.neg(logits) : logits));

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
