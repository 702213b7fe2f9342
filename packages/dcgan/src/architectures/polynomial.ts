// A fully connected network from the code to the coefficients of a polynomial in the place: for lights, which are smooth all over.
// Its weights know of no size, so that they draw any, and an image costs hardly more than its coefficients.

import { resampled } from '@blind-demod/demod-core';
import * as tf from '@tensorflow/tfjs-core';
import { architecture, haveShapes, heDeviation, initialLayer } from './architecture.js';
import { discriminate, discriminatorMaps, initialDiscriminator } from './discriminator.js';

export const polynomial = architecture({
  settings: (z, common) =>
    z
      .strictObject({
        architecture: z
          .literal('polynomial')
          .describe(
            'A fully connected network from the code to the coefficients of a polynomial in the place.',
          ),
        ...common,
        units: z.int().min(1).max(4096).default(128).describe('Units of each hidden layer.'),
        hiddenLayers: z.int().min(1).max(32).default(2).describe('Hidden layers.'),
        degree: z
          .int()
          .min(1)
          .max(32)
          .default(8)
          .describe('Degree of the polynomial in each direction: higher for steeper lights.'),
        discriminatorMaps: discriminatorMaps(z),
      })
      .describe('A generator of polynomials, which are smooth, at any size.'),

  initialGenerator: ({ latentDimension, units, hiddenLayers, degree }, [channels], random) => {
    const layer = (from: number, to: number) =>
      initialLayer([from, to], { channels: to, deviation: heDeviation(from) }, random);
    const terms = degree + 1;
    return [
      layer(latentDimension, units),
      ...Array.from({ length: hiddenLayers - 1 }, () => layer(units, units)),
      initialLayer(
        [units, channels * terms ** 2],
        { channels, deviation: heDeviation(units) / (2 * terms) },
        random,
      ),
    ];
  },

  linear: (input, weight, { index, depth, imageShape: [channels, size] }) => {
    const product = tf.matMul(input as tf.Tensor2D, weight as tf.Tensor2D);
    if (index < depth - 1) return product;
    const terms = termsOf(weight.shape[1]!, channels);
    const coefficients = tf.reshape(product, [input.shape[0]!, channels, terms, terms]);
    return resampled(coefficients, legendre(terms, size), size);
  },

  fits: (layers, latentDimension, [channels]) => {
    const units = layers[0]?.weight.shape[1] ?? 0;
    const terms = termsOf(layers.at(-1)?.weight.shape[1] ?? 0, channels);
    return (
      layers.length > 1 &&
      Number.isInteger(terms) &&
      haveShapes(
        layers,
        layers.map((_, index) => {
          const isLast = index === layers.length - 1;
          const weight = [index === 0 ? latentDimension : units, isLast ? channels * terms ** 2 : units];
          return { weight, channels: isLast ? channels : units };
        }),
      )
    );
  },

  initialDiscriminator: ({ discriminatorMaps }, imageShape, outputs, random) =>
    initialDiscriminator({ discriminatorMaps, normalisation: 'batch' }, imageShape, outputs, random),
  discriminate,
});

/** Terms in each direction, of so many coefficients in all. */
const termsOf = (coefficients: number, channels: number): number => Math.sqrt(coefficients / channels);

/** [terms, size]: √(2k + 1) P_k, of mean square 1, at the centres of `size` pixels over [−1, 1]. */
function legendre(terms: number, size: number): Float32Array {
  const values = new Float32Array(terms * size);
  for (let pixel = 0; pixel < size; pixel++) {
    const place = (2 * pixel + 1) / size - 1;
    let [before, value] = [0, 1];
    for (let k = 0; k < terms; k++) {
      values[k * size + pixel] = Math.sqrt(2 * k + 1) * value;
      [before, value] = [value, ((2 * k + 1) * place * value - k * before) / (k + 1)];
    }
  }
  return values;
}
