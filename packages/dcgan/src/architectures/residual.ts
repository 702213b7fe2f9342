// The residual generator of SNGAN (Miyato et al. 2018): blocks that add to an enlarged image what two convolutions make of it.

import * as tf from '@tensorflow/tfjs-core';
import { convolve, repeatPixels } from '../layers.js';
import {
  architecture,
  doublings,
  haveShapes,
  heDeviation,
  type ImageShape,
  initialLayer,
  seedSize,
} from './architecture.js';
import { discriminate, discriminatorMaps, initialDiscriminator } from './discriminator.js';

/** Layers of a block: a gain for each map, which carries a normalisation, two convolutions, and the way past them. */
const BLOCK = 4;
const isGain = (index: number) => (index - 1) % BLOCK === 0;

export const residual = architecture({
  settings: (z, common) =>
    z
      .strictObject({
        architecture: z
          .literal('residual')
          .describe("SNGAN's residual blocks, each of which doubles the image."),
        ...common,
        generatorMaps: z
          .int()
          .min(1)
          .max(1024)
          .default(32)
          .describe('Feature maps of the generator, in every block.'),
        discriminatorMaps: discriminatorMaps(z),
        normalisation: z
          .enum(['batch', 'none'])
          .default('batch')
          .describe("Batch normalisation in the generator's blocks, or none."),
      })
      .describe('A generator of residual blocks.'),

  initialGenerator: ({ latentDimension, generatorMaps, normalisation }, imageShape, random) => {
    const shapes = shapesOf(latentDimension, generatorMaps, imageShape);
    return shapes.map(({ weight, channels }, index) => {
      const isLast = index === shapes.length - 1;
      const inputs = weight[0]! * weight.slice(2).reduce((product, side) => product * side, 1);
      // Before each rectifier of a block: its gain, and its first convolution.
      const normalised = normalisation === 'batch' && !isLast && (isGain(index) || isGain(index - 1));
      const deviation = isLast ? heDeviation(inputs) / 2 : heDeviation(inputs);
      const layer = initialLayer(weight, { channels, normalised, deviation }, random);
      if (!isGain(index)) return layer;
      return { ...layer, weight: { ...layer.weight, data: new Float32Array(channels).fill(1) } };
    });
  },

  linear: (input, weight, { index, imageShape: [, size] }) => {
    if (index > 0) return isGain(index) ? tf.mul(input, weight) : convolve(input, weight);
    const seed = seedSize(size);
    return tf.reshape(tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D), [
      input.shape[0]!,
      -1,
      seed,
      seed,
    ]);
  },

  wire: (codes, layer, { depth }) => {
    let image = layer(0, codes);
    let next = 1;
    for (; next + BLOCK < depth; next += BLOCK) {
      const [gain, first, second, past] = [next, next + 1, next + 2, next + 3];
      const inner = tf.relu(layer(first, repeatPixels(tf.relu(layer(gain, image)))));
      // Repeating pixels and a one-by-one convolution may change places.
      image = tf.add(layer(second, inner), repeatPixels(layer(past, image)));
    }
    return layer(next + 1, tf.relu(layer(next, image)));
  },

  fits: (layers, latentDimension, imageShape) =>
    haveShapes(layers, shapesOf(latentDimension, layers.at(-1)?.weight.shape[0] ?? 0, imageShape)),

  initialDiscriminator: ({ discriminatorMaps }, imageShape, outputs, random) =>
    initialDiscriminator({ discriminatorMaps, normalisation: 'batch' }, imageShape, outputs, random),
  discriminate,
});

/** From the code to the smallest image, the blocks, a last gain, and the image. */
function shapesOf(latentDimension: number, maps: number, [channels, size]: ImageShape) {
  const of = (to: number, ...weight: number[]) => ({ weight, channels: to });
  const gain = of(maps, 1, maps, 1, 1);
  const convolution = of(maps, maps, maps, 3, 3);
  const block = [gain, convolution, convolution, of(maps, maps, maps, 1, 1)];
  return [
    of(maps, latentDimension, maps * seedSize(size) ** 2),
    ...Array.from({ length: doublings(size) }, () => block).flat(),
    gain,
    of(channels, maps, channels, 3, 3),
  ];
}
