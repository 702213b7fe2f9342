// An autoencoder: an encoder gives each image a code, and the generator draws the image again from the code and some noise.
// No discriminator judges: what counts is how near the generator comes to every image, which is what a search of its codes
// needs.

import { float32 } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { meanSquare } from './mean-square.js';
import { objective, plan } from './objective.js';
import { onSphere } from './sphere.js';

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
            'Standard deviation of the noise on each number of a code, which has the length of a standard normal one: codes near each other then mean images near each other.',
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
        const codes = onSphere(discriminate(encoder, images));
        return meanSquare(tf.sub(generate(generator, tf.add(codes, tf.mul(noise, codeNoise))), images));
      },
    }),
});
