// The settings of a network and of its training: their meaning, their bounds and defaults, DCGAN's own.
import type { ByFactor } from '@blind-demod/arrays';
import type { DataSettings } from '@blind-demod/distortion-data';
import { z } from 'zod';

const count = z.int().min(1);
/** A factor of exponential decay. */
const decay = z.number().min(0).lt(1);
const interval = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, { error: 'expected [low, high] with low < high' });

export const networkSchema = (latentDimension: number) =>
  z
    .strictObject({
      latentDimension: count.default(latentDimension).describe('Length of the latent code.'),
      generatorMaps: count.default(64).describe('Feature maps of the last hidden layer of the generator.'),
      discriminatorMaps: count.default(64).describe('Feature maps of the first layer of the discriminator.'),
      normalisation: z
        .enum(['batch', 'none'])
        .default('batch')
        .describe('Batch normalisation in the hidden layers, or none.'),
      outputRange: interval.default([0, 1]).describe("Range of the generator's output."),
      outputSmoothing: z
        .number()
        .gt(0)
        .max(8)
        .optional()
        .describe(
          "σ, in pixels, of the Gaussian that smooths the generator's last layer, against the checkerboard of transposed convolutions; for images that are smooth. Not smoothed when absent.",
        ),
    })
    .prefault({})
    .describe('The DCGAN pair of this factor.');

export const trainingSchema = z
  .strictObject({
    epochs: count.default(25).describe('Passes over the training images.'),
    batchSize: z.int().min(2).default(64).describe('Images per step.'),
    learningRate: z.number().gt(0).default(0.0002).describe("Adam's learning rate, of both networks."),
    beta1: decay.default(0.5).describe("Adam's decay of the mean of the gradients."),
    beta2: decay.default(0.999).describe("Adam's decay of the mean of their squares."),
    instanceNoise: z
      .number()
      .min(0)
      .default(0.15)
      .describe('Standard deviation of the noise on every image that the discriminator sees.'),
    averageDecay: decay
      .default(0.999)
      .describe(
        "Decay, per step, of the running average of the generator's weights that is kept; 0 for none.",
      ),
    snapshotEvery: count
      .default(5)
      .describe(
        'Epochs between snapshots of the generator; of these and the last, the one that represents images best is kept.',
      ),
    checkpointEvery: count.default(100).describe('Steps between checkpoints.'),
  })
  .prefault({})
  .describe('How the pair is trained.');

export type NetworkSettings = z.output<ReturnType<typeof networkSchema>>;
export type TrainingSettings = z.output<typeof trainingSchema>;

/** Of an experiment, all that its generators depend on. */
export type GeneratorSettings = DataSettings &
  ByFactor<{ readonly network: NetworkSettings; readonly training: TrainingSettings }>;
