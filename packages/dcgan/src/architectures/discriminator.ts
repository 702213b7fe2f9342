// DCGAN's discriminator, which every architecture here has: strided convolutions, each of which halves the image.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { downsample, FILTER, leakyRelu, normalise } from '../layers.js';
import type { Parameters } from '../parameters.js';
import { doublings, type ImageShape, initialLayer, seedSize, type Zod } from './architecture.js';

/** Slope of the rectifier below zero. */
const LEAK = 0.2;

/** The setting of its width. */
export const discriminatorMaps = (z: Zod) =>
  z.int().min(1).max(1024).default(64).describe('Feature maps of the first layer of the discriminator.');

/** Random parameters of a network from images to so many numbers: a discriminator has one. */
export function initialDiscriminator(
  { discriminatorMaps, normalisation }: { discriminatorMaps: number; normalisation: 'batch' | 'none' },
  [channels, size]: ImageShape,
  outputs: number,
  random: RandomStream,
): Parameters<NdArray> {
  const maps = hiddenMaps(discriminatorMaps, size).reverse();
  return [
    ...maps.map((to, index) => {
      const from = maps[index - 1] ?? channels;
      // DCGAN: no normalisation right after the image.
      const normalised = normalisation === 'batch' && index > 0;
      return initialLayer([to, from, FILTER, FILTER], { channels: to, normalised }, random);
    }),
    initialLayer([maps.at(-1)! * seedSize(size) ** 2, outputs], { channels: outputs }, random),
  ];
}

/** Images [n, channels, height, width] in [−1, 1] to [n, outputs]; of so many batches, each normalised by itself. */
export function discriminate(parameters: Parameters<Tensor>, images: Tensor, batches = 1): Tensor {
  let image = images;
  for (const layer of parameters.slice(0, -1)) {
    image = leakyRelu(normalise(downsample(image, layer.weight), layer, batches), LEAK);
  }
  const verdict = parameters.at(-1)!;
  const features = tf.reshape(image, [images.shape[0]!, -1]) as tf.Tensor2D;
  return normalise(tf.matMul(features, verdict.weight as tf.Tensor2D), verdict);
}

/** Feature maps of the hidden layers, smallest image first: 8, 4, 2, 1 times `maps` for 64 pixels. */
export const hiddenMaps = (maps: number, size: number): number[] =>
  Array.from({ length: doublings(size) }, (_, layer) => maps * 2 ** (doublings(size) - 1 - layer));
