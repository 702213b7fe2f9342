// The network of the paper's theory, trained: fully connected layers without biases, each wider than the one before, with a
// rectifier after every one. So G(c·z) = c·G(z) for c > 0, and the scale of the codes is that of the image.

import * as tf from '@tensorflow/tfjs-core';
import { architecture, haveShapes, heDeviation, type ImageShape, initialLayer } from './architecture.js';
import { discriminate, discriminatorMaps, initialDiscriminator } from './discriminator.js';

const pixels = ([channels, height, width]: ImageShape) => channels * height * width;

export const expansiveRelu = architecture({
  settings: (z, common) =>
    z
      .strictObject({
        architecture: z
          .literal('expansive-relu')
          .describe("Fully connected, without biases, a rectifier after every layer: the theory's network."),
        ...common,
        outputRange: common.outputRange.refine(([low]) => low === 0, {
          error: 'expected [0, high]: the images of this network are not negative, and have no upper bound',
        }),
        widths: z
          .array(z.int().min(1).max(16_384))
          .min(1)
          .max(16)
          .default([256, 512])
          .refine(widths => widths.every((width, index) => index === 0 || width > widths[index - 1]!), {
            error: 'expected widths that grow from layer to layer',
          })
          .describe('Units of the hidden layers, from the code up: more from each to the next.'),
        discriminatorMaps: discriminatorMaps(z),
      })
      .describe('An expansive network of rectifiers without biases.'),

  initialGenerator: ({ latentDimension, widths }, imageShape, random) =>
    [...widths, pixels(imageShape)].map((to, index) => {
      const from = widths[index - 1] ?? latentDimension;
      const { weight } = initialLayer([from, to], { channels: to, deviation: heDeviation(from) }, random);
      return { weight };
    }),

  linear: (input, weight, { index, depth, imageShape }) => {
    const product = tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D);
    return index < depth - 1 ? product : tf.reshape(product, [input.shape[0]!, ...imageShape]);
  },
  output: 'relu',

  fits: (layers, latentDimension, imageShape) =>
    layers.length > 1 &&
    haveShapes(
      layers,
      layers.map(({ weight }, index) => {
        const to = index < layers.length - 1 ? weight.shape[1]! : pixels(imageShape);
        const from = index === 0 ? latentDimension : layers[index - 1]!.weight.shape[1]!;
        return { weight: [from, to], channels: to };
      }),
      false,
    ),

  initialDiscriminator: ({ discriminatorMaps }, imageShape, outputs, random) =>
    initialDiscriminator({ discriminatorMaps, normalisation: 'batch' }, imageShape, outputs, random),
  discriminate,
});
