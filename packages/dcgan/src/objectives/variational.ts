// A variational autoencoder (Kingma and Welling 2014): codes are distributions, near to the standard normal one by a divergence.

import { float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { meanSquare } from './mean-square.js';
import { objective, plan } from './objective.js';

export const variational = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z.literal('variational').describe('A variational autoencoder.'),
        ...common,
        pixelDeviation: z
          .number()
          .gt(0)
          .default(0.05)
          .describe(
            'σ, how far a pixel may be off: the smaller, the less it counts that codes are normally distributed.',
          ),
      })
      .describe('How the pair is trained.'),
  companion: 'encoder',
  advice: 'a smaller pixelDeviation',
  plan: (
    { pixelDeviation },
    { latentDimension, imageShape, generate, discriminate, initialDiscriminator },
  ) => {
    const pixels = imageShape.reduce((product, length) => product * length, 1);
    return plan({
      // The mean of each number of a code, and the logarithm of its variance.
      initialCompanion: ({ random }) => initialDiscriminator(2 * latentDimension, random),
      feed: ({ indices: { length }, random }) => ({
        noise: float32([length, latentDimension], random.normals(length * latentDimension)),
      }),
      // The negative evidence bound, times 2σ² over the number of pixels: a mean square, and the divergence.
      loss: (generator, encoder, { images, noise }) => {
        const [mean, logVariance] = tf.split(discriminate(encoder, images), 2, 1) as [Tensor, Tensor];
        const codes = tf.add(mean, tf.mul(tf.exp(tf.div(logVariance, 2)), noise));
        const error = meanSquare(tf.sub(generate(generator, codes), images));
        return tf.add(error, tf.mul(divergence(mean, logVariance), (2 * pixelDeviation ** 2) / pixels));
      },
    });
  },
});

/** Of normal distributions [n, latent] from the standard one, in nats: ½ Σ (μ² + σ² − ln σ² − 1), the mean over n. */
function divergence(mean: Tensor, logVariance: Tensor): Tensor {
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.div(tf.mean(tf.sum(terms, 1)), 2);
}
