// The DCGAN pair (Radford et al. 2016), for images of 16 to 128 pixels a side.

import * as tf from '@tensorflow/tfjs-core';
import { FILTER, upsample } from '../layers.js';
import { architecture, initialLayer, seedSize } from './architecture.js';
import { discriminate, discriminatorMaps, hiddenMaps, initialDiscriminator } from './discriminator.js';

export const dcgan = architecture({
  settings: (z, common) =>
    z
      .strictObject({
        architecture: z
          .literal('dcgan')
          .default('dcgan')
          .describe('DCGAN: four-by-four filters, each layer of which doubles or halves the image.'),
        ...common,
        generatorMaps: z
          .int()
          .min(1)
          .max(1024)
          .default(64)
          .describe('Feature maps of the last hidden layer of the generator.'),
        discriminatorMaps: discriminatorMaps(z),
        normalisation: z
          .enum(['batch', 'none'])
          .default('batch')
          .describe('Batch normalisation in the hidden layers, or none.'),
      })
      .describe('The DCGAN pair of this factor.'),

  initialGenerator: ({ latentDimension, generatorMaps, normalisation }, [channels, size], random) => {
    const maps = hiddenMaps(generatorMaps, size);
    const normalised = normalisation === 'batch';
    return [
      initialLayer(
        [latentDimension, maps[0]! * seedSize(size) ** 2],
        { channels: maps[0]!, normalised },
        random,
      ),
      ...maps.map((from, index) => {
        const hidden = maps[index + 1];
        const to = hidden ?? channels;
        return initialLayer(
          [from, to, FILTER, FILTER],
          { channels: to, normalised: normalised && hidden !== undefined },
          random,
        );
      }),
    ];
  },

  // The first map is a full one, from the code to the smallest image; each of the others doubles the image.
  linear: (input, weight, { index, imageShape: [, size] }) => {
    if (index > 0) return upsample(input, weight);
    const seed = seedSize(size);
    return tf.reshape(tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D), [
      input.shape[0]!,
      -1,
      seed,
      seed,
    ]);
  },

  fits: (layers, latentDimension, [channels, height]) => {
    const seed = seedSize(height);
    const of = (index: number) => layers[index]?.bias?.shape[0];
    return (
      seed * 2 ** (layers.length - 1) === height &&
      of(layers.length - 1) === channels &&
      layers.every(({ weight }, index) => {
        const [from, to] = [of(index - 1), of(index)];
        const expected = index === 0 ? [latentDimension, to! * seed ** 2] : [from, to, FILTER, FILTER];
        return to !== undefined && `${weight.shape}` === `${expected}`;
      })
    );
  },

  initialDiscriminator: ({ discriminatorMaps, normalisation }, imageShape, outputs, random) =>
    initialDiscriminator({ discriminatorMaps, normalisation }, imageShape, outputs, random),
  discriminate,
});
