// What an architecture is: two networks, one from codes to images and one from images to verdicts, as pure functions of
// their parameters.

import { float32, type NdArray, type RandomStream } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import type { LayerParameters, Parameters } from '../parameters.js';

/** Channels, height and width of an image. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** Zod, handed to whatever makes a schema: a generator in a browser needs none, so nothing here imports it. */
export type Zod = typeof z;

/** The settings that every architecture has. */
export const commonSettings = (z: Zod, latentDimension: number) => ({
  latentDimension: z.int().min(1).default(latentDimension).describe('Length of the latent code.'),
  outputRange: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, { error: 'expected [low, high] with low < high' })
    .default([0, 1])
    .describe("Range of the generator's output."),
  outputSmoothing: z
    .number()
    .gt(0)
    .max(8)
    .optional()
    .describe(
      "σ, in pixels, of the Gaussian that smooths the generator's last layer, against the checkerboard of transposed convolutions; for images that are smooth. Not smoothed when absent.",
    ),
});
type CommonShape = ReturnType<typeof commonSettings>;
type CommonSettings = z.output<z.ZodObject<CommonShape>> & { architecture: string };

/** Where a layer stands in a generator of images of this shape. */
export interface LayerPlace {
  /** From 0, at the latent code, to depth − 1, at the image. */
  readonly index: number;
  readonly depth: number;
  readonly imageShape: ImageShape;
}

/**
 * A pair of networks. The generator is what the solver can search: linear maps, each followed by a bias (and, while it is
 * trained, a normalisation before that), then a rectifier, or after the last a sigmoid. The second axis of what a map
 * gives, and of its weight, is the channel: biases and normalisation are one for each.
 */
export interface Architecture<Settings, Schema = z.ZodType<Settings>> {
  /** The schema of its settings: its name, `architecture`, the common ones and its own. */
  settings(z: Zod, common: CommonShape): Schema;
  /** Random parameters of the generator, from the code up. */
  initialGenerator(settings: Settings, imageShape: ImageShape, random: RandomStream): Parameters<NdArray>;
  /** The linear map of one of the generator's layers: [n, latent] or what the layer before gives, by a weight. */
  linear(input: Tensor, weight: Tensor, place: LayerPlace): Tensor;
  /** Whether weights and biases of these shapes lead from a code to an image. */
  fits(layers: Parameters<NdArray>, latentDimension: number, imageShape: ImageShape): boolean;
  /** Random parameters of a network from images to so many numbers: a discriminator has one. */
  initialDiscriminator(
    settings: Settings,
    imageShape: ImageShape,
    outputs: number,
    random: RandomStream,
  ): Parameters<NdArray>;
  /** Images [n, channels, height, width] in [−1, 1] to [n, outputs]. */
  discriminate(parameters: Parameters<Tensor>, images: Tensor): Tensor;
}

/** The architecture given. It is here for its type: its functions take the settings that the schema gives. */
export const architecture = <Schema extends z.ZodObject & z.ZodType<CommonSettings>>(
  given: Architecture<z.output<Schema>, Schema>,
) => given;

/** DCGAN's standard deviation of initial weights. */
const INITIAL_DEVIATION = 0.02;

/**
 * A layer as it is before training: a normal weight of this shape, a bias of 0 for each channel and, where it is to be
 * normalised, a scale near 1.
 */
export function initialLayer(
  shape: readonly number[],
  { channels, normalised = false }: { channels: number; normalised?: boolean },
  random: RandomStream,
): LayerParameters<NdArray> {
  const normals = (size: number, mean: number) =>
    random.normals(size).map(normal => mean + INITIAL_DEVIATION * normal);
  const size = shape.reduce((product, axis) => product * axis, 1);
  const weight = float32(shape, normals(size, 0));
  const bias = float32([channels], new Float32Array(channels));
  return normalised ? { weight, scale: float32([channels], normals(channels, 1)), bias } : { weight, bias };
}
