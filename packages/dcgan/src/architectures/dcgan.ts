// The DCGAN pair (Radford et al. 2016), for images of 16 to 128 pixels a side.

import * as tf from '@tensorflow/tfjs-core';
import { downsample, FILTER, leakyRelu, normalise, upsample } from '../layers.js';
import { architecture, initialLayer } from './architecture.js';

/** Side of the smallest image, where the latent code enters and the discriminator's verdict leaves. */
const SEED_SIZE = 4;
/** Slope of the discriminator's rectifier below zero. */
const LEAK = 0.2;

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
          .default(64)
          .describe('Feature maps of the last hidden layer of the generator.'),
        discriminatorMaps: z
          .int()
          .min(1)
          .default(64)
          .describe('Feature maps of the first layer of the discriminator.'),
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
      initialLayer([latentDimension, maps[0]! * SEED_SIZE ** 2], { channels: maps[0]!, normalised }, random),
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

  // The first map is a full one, from the code to an image of four by four pixels; each of the others doubles the image.
  linear: (input, weight, { index }) =>
    index === 0
      ? tf.reshape(tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D), [
          input.shape[0]!,
          -1,
          SEED_SIZE,
          SEED_SIZE,
        ])
      : upsample(input, weight),

  fits: (layers, latentDimension, [channels, height]) =>
    SEED_SIZE * 2 ** (layers.length - 1) === height &&
    layers.at(-1)?.bias.shape[0] === channels &&
    layers.every(({ weight, bias }, index) => {
      const to = bias.shape[0]!;
      const expected =
        index === 0
          ? [latentDimension, to * SEED_SIZE ** 2]
          : [layers[index - 1]!.bias.shape[0], to, FILTER, FILTER];
      return `${weight.shape}` === `${expected}`;
    }),

  initialDiscriminator: ({ discriminatorMaps, normalisation }, [channels, size], outputs, random) => {
    const maps = hiddenMaps(discriminatorMaps, size).reverse();
    return [
      ...maps.map((to, index) => {
        const from = maps[index - 1] ?? channels;
        // DCGAN: no normalisation right after the image.
        const normalised = normalisation === 'batch' && index > 0;
        return initialLayer([to, from, FILTER, FILTER], { channels: to, normalised }, random);
      }),
      initialLayer([maps.at(-1)! * SEED_SIZE ** 2, outputs], { channels: outputs }, random),
    ];
  },

  discriminate: (parameters, images) => {
    const verdict = parameters.at(-1)!;
    let image = images;
    for (const layer of parameters.slice(0, -1)) {
      image = leakyRelu(normalise(downsample(image, layer.weight), layer), LEAK);
    }
    const features = tf.reshape(image, [images.shape[0]!, -1]) as tf.Tensor2D;
    return tf.add(tf.matMul(features, verdict.weight as tf.Tensor2D), verdict.bias);
  },
});

/** Feature maps of the hidden layers, smallest image first: 8, 4, 2, 1 times `maps` for 64 pixels. */
export function hiddenMaps(maps: number, size: number): number[] {
  const doublings = Math.log2(size / SEED_SIZE);
  return Array.from({ length: doublings }, (_, layer) => maps * 2 ** (doublings - 1 - layer));
}
