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

/** Images halve down to a seed of at most so many pixels per side, where the latent code enters. */
const LARGEST_SEED = 7;

/** Side of the smallest image of a network for images of this size: 4 for powers of two, 7 for 28. */
export const seedSize = (size: number): number => (size > LARGEST_SEED ? seedSize(size / 2) : size);

/** How often a network for images of this size doubles its smallest image. */
export const doublings = (size: number): number => Math.log2(size / seedSize(size));

/** Sides that halve to a seed of whole pixels. */
const DRAWN_SIZES: readonly number[] = Array.from({ length: 121 }, (_, index) => index + 8).filter(size =>
  Number.isInteger(seedSize(size)),
);

/** The settings that every architecture has. */
export const commonSettings = (z: Zod, latentDimension: number) => ({
  latentDimension: z.int().min(1).max(8192).default(latentDimension).describe('Length of the latent code.'),
  outputRange: z
    .tuple([z.number(), z.number()])
    // Numbers of single precision keep three digits between these.
    .refine(([low, high]) => high - low >= 1e-3 && Math.max(-low, high) <= 1000, {
      error: 'expected [low, high], at least 0.001 apart, between -1000 and 1000',
    })
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
  drawnSize: z
    .int()
    .refine(size => DRAWN_SIZES.includes(size), { error: `expected one of ${DRAWN_SIZES.join('|')}` })
    .optional()
    .describe(
      'Pixels per side of the image that the generator draws, which is then resized bilinearly to "imageSize": those of images that were themselves resized, say (28 for MNIST). Drawn at "imageSize" when absent.',
    ),
});
type CommonShape = ReturnType<typeof commonSettings>;
type CommonSettings = z.output<z.ZodObject<CommonShape>> & { architecture: string };

/** The generator that a layer is part of. */
export interface GeneratorPlace {
  /** How many layers it has. */
  readonly depth: number;
  /** Of the images that it draws. */
  readonly imageShape: ImageShape;
}

/** Where a layer stands in its generator. */
export interface LayerPlace extends GeneratorPlace {
  /** From 0, at the latent code, to depth − 1, at the image. */
  readonly index: number;
}

/** A layer of a generator, by its number: its linear map, with its normalisation and bias. */
export type LayerFunction = (index: number, input: Tensor) => Tensor;

/**
 * A pair of networks. The generator is what the solver can search: linear maps, each followed by a bias (and, while it is
 * trained, a normalisation before that), then a rectifier, or after the last a sigmoid. The second axis of what a map
 * gives, and of its weight, is the channel: biases and normalisation are one for each. Where layers do not follow each
 * other that way, `wire` says how they are joined.
 */
export interface Architecture<Settings, Schema = z.ZodType<Settings>> {
  /** The schema of its settings: its name, `architecture`, the common ones and its own. */
  settings(z: Zod, common: CommonShape): Schema;
  /** Random parameters of the generator, from the code up. */
  initialGenerator(settings: Settings, imageShape: ImageShape, random: RandomStream): Parameters<NdArray>;
  /** The linear map of one of the generator's layers: [n, latent] or what the layer before gives, by a weight. */
  linear(input: Tensor, weight: Tensor, place: LayerPlace): Tensor;
  /** From codes [n, latent] to what comes before the last sigmoid, by each of the layers once; layer 0 alone takes codes. */
  wire?(codes: Tensor, layer: LayerFunction, place: GeneratorPlace): Tensor;
  /** A rectifier in place of the last sigmoid: its images lie above the low end of the output range. */
  readonly output?: 'relu';
  /** Whether weights and biases of these shapes lead from a code to an image. */
  fits(layers: Parameters<NdArray>, latentDimension: number, imageShape: ImageShape): boolean;
  /** Random parameters of a network from images to so many numbers: a discriminator has one. */
  initialDiscriminator(
    settings: Settings,
    imageShape: ImageShape,
    outputs: number,
    random: RandomStream,
  ): Parameters<NdArray>;
  /** Images [n, channels, height, width] in [−1, 1] to [n, outputs]; of so many batches, each normalised by itself. */
  discriminate(parameters: Parameters<Tensor>, images: Tensor, batches?: number): Tensor;
}

/** The architecture given. It is here for its type: its functions take the settings that the schema gives. */
export const architecture = <Schema extends z.ZodObject & z.ZodType<CommonSettings>>(
  given: Architecture<z.output<Schema>, Schema>,
) => given;

/** DCGAN's standard deviation of initial weights. */
const INITIAL_DEVIATION = 0.02;

/**
 * A layer as it is before training: a normal weight of this shape, a bias of 0 for each channel and, where it is to be
 * normalised, a scale near 1. `deviation` is that of the weights: DCGAN's if not given.
 */
export function initialLayer(
  shape: readonly number[],
  {
    channels,
    normalised = false,
    deviation = INITIAL_DEVIATION,
  }: { channels: number; normalised?: boolean; deviation?: number },
  random: RandomStream,
): LayerParameters<NdArray> & { readonly bias: NdArray } {
  const normals = (size: number, mean: number, by: number) =>
    random.normals(size).map(normal => mean + by * normal);
  const size = shape.reduce((product, axis) => product * axis, 1);
  const weight = float32(shape, normals(size, 0, deviation));
  const bias = float32([channels], new Float32Array(channels));
  if (!normalised) return { weight, bias };
  return { weight, scale: float32([channels], normals(channels, 1, INITIAL_DEVIATION)), bias };
}

/** The deviation of weights by which a rectifier of so many inputs keeps their size (He et al. 2015). */
export const heDeviation = (inputs: number): number => Math.sqrt(2 / inputs);

/** Whether the layers have weights of these shapes and, unless `biased` is false, a bias for each of these channels. */
export const haveShapes = (
  layers: Parameters<NdArray>,
  expected: readonly { readonly weight: readonly number[]; readonly channels: number }[],
  biased = true,
): boolean =>
  layers.length === expected.length &&
  layers.every(
    ({ weight, bias }, index) =>
      `${weight.shape}` === `${expected[index]!.weight}` &&
      `${bias?.shape}` === (biased ? `${expected[index]!.channels}` : 'undefined'),
  );
