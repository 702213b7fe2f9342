// A decoder of position and code (Mildenhall et al. 2020's features of the position): each pixel by itself, from where it is and
// from the code. For smooth fields; its weights know of no size, so that they draw any.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { convolve } from '../layers.js';
import { architecture, haveShapes, heDeviation, initialLayer } from './architecture.js';
import { discriminate, discriminatorMaps, initialDiscriminator } from './discriminator.js';

export const coordinate = architecture({
  settings: (z, common) =>
    z
      .strictObject({
        architecture: z
          .literal('coordinate')
          .describe('A fully connected network from position and code to a pixel, the same for all pixels.'),
        ...common,
        units: z.int().min(1).max(1024).default(32).describe('Units of each hidden layer.'),
        hiddenLayers: z
          .int()
          .min(1)
          .max(32)
          .default(3)
          .describe('Hidden layers that know the position; one of the code alone comes before them.'),
        frequencies: z
          .int()
          .min(0)
          .max(16)
          .default(2)
          .describe(
            'The position enters as itself and as sin and cos of so many multiples of π times it: more for finer images.',
          ),
        discriminatorMaps: discriminatorMaps(z),
      })
      .describe('A generator of smooth fields, of any size.'),

  initialGenerator: ({ latentDimension, units, hiddenLayers, frequencies }, [channels], random) => {
    const layer = (shape: number[], to: number, gain = 1) =>
      initialLayer(shape, { channels: to, deviation: gain * heDeviation(shape[0]!) }, random);
    const pixelwise = (from: number, to: number, gain?: number) => layer([from, to, 1, 1], to, gain);
    return [
      layer([latentDimension, units], units),
      pixelwise(units + featureCount(frequencies), units),
      ...Array.from({ length: hiddenLayers - 1 }, () => pixelwise(units, units)),
      pixelwise(units, channels, 0.5),
    ];
  },

  linear: (input, weight, { index, imageShape: [, size] }) => {
    if (index === 0) {
      const product = tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D);
      return tf.reshape(product, [...product.shape, 1, 1]);
    }
    if (index > 1) return convolve(input, weight);
    // What the code says is the same everywhere, what the position says the same for every code: one sum of both.
    const [ofCode, ofPosition] = tf.split(weight, [input.shape[1]!, weight.shape[0]! - input.shape[1]!]) as [
      Tensor,
      Tensor,
    ];
    const frequencies = (ofPosition.shape[0]! - 2) / 4;
    return tf.add(convolve(input, ofCode), convolve(positionFeatures(size, frequencies), ofPosition));
  },

  fits: (layers, latentDimension, [channels]) => {
    const [first, second] = layers;
    const units = first?.weight.shape[1] ?? 0;
    const features = (second?.weight.shape[0] ?? 0) - units;
    return (
      layers.length > 2 &&
      Number.isInteger((features - 2) / 4) &&
      features >= 2 &&
      haveShapes(layers, [
        { weight: [latentDimension, units], channels: units },
        { weight: [units + features, units, 1, 1], channels: units },
        ...layers.slice(2, -1).map(() => ({ weight: [units, units, 1, 1], channels: units })),
        { weight: [units, channels, 1, 1], channels },
      ])
    );
  },

  initialDiscriminator: ({ discriminatorMaps }, imageShape, outputs, random) =>
    initialDiscriminator({ discriminatorMaps, normalisation: 'batch' }, imageShape, outputs, random),
  discriminate,
});

const featureCount = (frequencies: number) => 2 + 4 * frequencies;

/**
 * [1, features, size, size]: u and v of each pixel's centre, from −1 to 1 between the borders of the image, and for k = 1 to
 * `frequencies` sin(kπu), cos(kπu), sin(kπv), cos(kπv).
 */
function positionFeatures(size: number, frequencies: number): Tensor {
  const data = new Float32Array(featureCount(frequencies) * size ** 2);
  for (let pixel = 0; pixel < size ** 2; pixel++) {
    const [u, v] = [pixel % size, Math.floor(pixel / size)].map(place => (2 * place + 1) / size - 1) as [
      number,
      number,
    ];
    const waves = Array.from({ length: frequencies }, (_, k) =>
      [u, v].flatMap(at => [Math.sin((k + 1) * Math.PI * at), Math.cos((k + 1) * Math.PI * at)]),
    );
    for (const [feature, value] of [u, v, ...waves.flat()].entries())
      data[feature * size ** 2 + pixel] = value;
  }
  return tf.tensor4d(data, [1, featureCount(frequencies), size, size]);
}
