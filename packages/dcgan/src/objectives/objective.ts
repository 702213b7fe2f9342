// What an objective of training is: the losses of the generator and of the network that is trained beside it.

import type { Float32NdArray, NdArray, RandomStream } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import type { Zod } from '../architectures/architecture.js';
import type { Networks } from '../networks.js';
import type { Parameters } from '../parameters.js';

/** A factor of exponential decay; in single precision one nearer to 1 is hardly another number than 1. */
const decay = (z: Zod) => z.number().min(0).max(0.99999);
const count = (z: Zod) => z.int().min(1).max(1_000_000);

/** The settings that training has by every objective. */
export const commonSettings = (z: Zod) => ({
  epochs: count(z).default(25).describe('Passes over the training images.'),
  batchSize: z.int().min(2).max(65_536).default(64).describe('Images per step.'),
  learningRate: z
    .number()
    .min(1e-30)
    .max(1e30)
    .default(0.0002)
    .describe("Adam's learning rate, of both networks."),
  schedule: z
    .enum(['cosine'])
    .optional()
    .describe(
      'The learning rate over the training: "cosine" rises to it over the first twentieth of the steps and falls to 0 along half a cosine. Constant when absent.',
    ),
  beta1: decay(z).default(0.5).describe("Adam's decay of the mean of the gradients."),
  beta2: decay(z).default(0.999).describe("Adam's decay of the mean of their squares."),
  averageDecay: decay(z)
    .default(0.999)
    .describe("Decay, per step, of the running average of the generator's weights that is kept; 0 for none."),
  snapshotEvery: count(z)
    .default(5)
    .describe(
      'Epochs between snapshots of the generator; of these and the last, the one that represents images best is kept.',
    ),
  checkpointEvery: count(z).default(100).describe('Steps between checkpoints.'),
});
type CommonShape = ReturnType<typeof commonSettings>;
type CommonSettings = z.output<z.ZodObject<CommonShape>> & { objective: string };

/** What a step is fed: real images [n, channels, height, width] in the output range, and what the objective adds. */
export type Batch<T, Fed extends string = string> = Readonly<Record<Fed | 'images', T>>;

/** What every objective for given networks has. `Fed` are the names of what it feeds its losses beside the images. */
interface CommonPlan<Fed extends string> {
  /** Random parameters of the companion, for a training on so many images. */
  initialCompanion(given: { count: number; random: RandomStream }): Parameters<NdArray>;
  /** What a step is fed beside its images, which are those at `indices` among all. `random` is the step's own. */
  feed(given: {
    images: Float32NdArray;
    indices: Int32Array;
    random: RandomStream;
    /** All training images of the other factor, where a setting asks for them. */
    others?: Float32NdArray | undefined;
  }): Readonly<Record<Fed, NdArray>>;
}

/** Two networks at odds: each is moved to lower a scalar of its own. */
export interface RivalPlan<Fed extends string = string> extends CommonPlan<Fed> {
  /** A scalar that the companion is moved to lower; first in a step. */
  companionLoss(
    companion: Parameters<Tensor>,
    generator: Parameters<Tensor>,
    batch: Batch<Tensor, Fed>,
  ): Tensor;
  /** A scalar that the generator is moved to lower, when the companion has moved. */
  generatorLoss(
    generator: Parameters<Tensor>,
    companion: Parameters<Tensor>,
    batch: Batch<Tensor, Fed>,
  ): Tensor;
}

/** Two networks with one aim: both are moved at once to lower the same scalar. */
export interface JointPlan<Fed extends string = string> extends CommonPlan<Fed> {
  loss(generator: Parameters<Tensor>, companion: Parameters<Tensor>, batch: Batch<Tensor, Fed>): Tensor;
}

/** An objective for given networks. */
export type Plan<Fed extends string = string> = RivalPlan<Fed> | JointPlan<Fed>;

/** The plan given. It may forget what it feeds: its losses get what its own `feed` makes, and nothing else. */
export const plan = <Fed extends string>(given: Plan<Fed>): Plan => given as Plan;

/** An objective. */
export interface Objective<Settings, Schema = z.ZodType<Settings>> {
  /** The schema of its settings: its name, `objective`, the common ones and its own. */
  settings(z: Zod, common: CommonShape): Schema;
  /**
   * What the network is called that is trained beside the generator and then thrown away: the discriminator of
   * adversarial training, the encoder of an autoencoder.
   */
  readonly companion: string;
  /** What may help where the samples become all alike: 'more instanceNoise'. */
  readonly advice: string;
  plan(settings: Settings, networks: Networks): Plan;
}

/** The objective given. It is here for its type: `plan` takes the settings that the schema gives. */
export const objective = <Schema extends z.ZodObject & z.ZodType<CommonSettings>>(
  given: Objective<z.output<Schema>, Schema>,
) => given;
