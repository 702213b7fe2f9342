// An autoencoder: an encoder gives each image a code, and the generator draws the image again from the code and some noise.
// No discriminator judges: what counts is how near the generator comes to every image, which is what a search of its codes
// needs.

import { float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { channelMoments, normalisation } from '../layers.js';
import { meanSquare } from './mean-square.js';
import { objective, plan } from './objective.js';

export const autoencoder = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z
          .literal('autoencoder')
          .describe('An encoder and the generator together draw the training images again.'),
        ...common,
        codeNoise: z
          .number()
          .min(0)
          .default(0.1)
          .describe(
            'Standard deviation of the noise on each number of a code, whose own is 1: codes near each other then mean images near each other.',
          ),
      })
      .describe('How the pair is trained.'),
  companion: 'encoder',
  advice: 'a lower learningRate',
  plan: ({ codeNoise }, { latentDimension, generate, discriminate, initialDiscriminator }) =>
    plan({
      initialCompanion: ({ random }) => initialDiscriminator(latentDimension, random),
      feed: ({ indices: { length }, random }) => ({
        noise: float32([length, latentDimension], random.normals(length * latentDimension)),
      }),
      loss: (generator, encoder, { images, noise }) => {
        const codes = standardised(discriminate(encoder, images));
        return meanSquare(tf.sub(generate(generator, tf.add(codes, tf.mul(noise, codeNoise))), images));
      },
    }),
});

/** Codes [n, latent] with mean 0 and variance 1 of each number over the batch, so that normal codes resemble them. */
function standardised(codes: Tensor): Tensor {
  const { factor, offset } = normalisation(channelMoments(codes), { scale: tf.ones([codes.shape[1]!]) });
  return tf.add(tf.mul(codes, factor), offset);
}
