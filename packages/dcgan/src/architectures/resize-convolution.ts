// Resize, then convolve (Odena et al. 2016): a layer repeats the pixels and convolves them three by three, so that every pixel
// is a sum of equally many products, and there is no checkerboard.

import * as tf from '@tensorflow/tfjs-core';
import { convolve, repeatPixels } from '../layers.js';
import { architecture, doublings, haveShapes, heDeviation, initialLayer, seedSize } from './architecture.js';
import { discriminate, discriminatorMaps, initialDiscriminator } from './discriminator.js';

/** Side of the filters. */
const FILTER = 3;

export const resizeConvolution = architecture({
  settings: (z, common) =>
    z
      .strictObject({
        architecture: z
          .literal('resize-convolution')
          .describe('Each hidden layer repeats the pixels and convolves them, three by three.'),
        ...common,
        generatorMaps: z
          .int()
          .min(1)
          .default(32)
          .describe('Feature maps of the generator at its full size; twice as many at half the size.'),
        discriminatorMaps: discriminatorMaps(z),
        normalisation: z
          .enum(['batch', 'none'])
          .default('batch')
          .describe("Batch normalisation in the generator's hidden layers, or none."),
      })
      .describe('A generator that resizes and convolves.'),

  initialGenerator: ({ latentDimension, generatorMaps, normalisation }, [channels, size], random) => {
    const maps = mapsOf(generatorMaps, size);
    const normalised = normalisation === 'batch';
    const deviation = (from: number) => heDeviation(from * FILTER ** 2);
    return [
      initialLayer(
        [latentDimension, maps[0]! * seedSize(size) ** 2],
        { channels: maps[0]!, normalised, deviation: heDeviation(latentDimension) },
        random,
      ),
      ...maps.slice(1).map((to, index) => {
        const from = maps[index]!;
        return initialLayer(
          [from, to, FILTER, FILTER],
          { channels: to, normalised, deviation: deviation(from) },
          random,
        );
      }),
      initialLayer(
        [generatorMaps, channels, FILTER, FILTER],
        { channels, deviation: deviation(generatorMaps) / 2 },
        random,
      ),
    ];
  },

  // From the code to the smallest image; each of the hidden layers doubles it; the last makes the image of their maps.
  linear: (input, weight, { index, depth, imageShape: [, size] }) => {
    if (index > 0) return convolve(index < depth - 1 ? repeatPixels(input) : input, weight);
    const seed = seedSize(size);
    return tf.reshape(tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D), [
      input.shape[0]!,
      -1,
      seed,
      seed,
    ]);
  },

  fits: (layers, latentDimension, [channels, size]) => {
    const maps = mapsOf(layers.at(-1)?.weight.shape[0] ?? 0, size);
    return haveShapes(layers, [
      { weight: [latentDimension, maps[0]! * seedSize(size) ** 2], channels: maps[0]! },
      ...maps.slice(1).map((to, index) => ({ weight: [maps[index]!, to, FILTER, FILTER], channels: to })),
      { weight: [maps.at(-1)!, channels, FILTER, FILTER], channels },
    ]);
  },

  initialDiscriminator: ({ discriminatorMaps }, imageShape, outputs, random) =>
    initialDiscriminator({ discriminatorMaps, normalisation: 'batch' }, imageShape, outputs, random),
  discriminate,
});

/** Feature maps of the hidden layers, smallest image first: 4, 2, 1 times `maps` for 28 pixels. */
const mapsOf = (maps: number, size: number): number[] =>
  Array.from({ length: doublings(size) + 1 }, (_, layer) => maps * 2 ** (doublings(size) - layer));
