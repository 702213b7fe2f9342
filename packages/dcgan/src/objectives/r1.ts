// Adversarial training by cross-entropies with a penalty on the discriminator's gradient at real images (R1 of Mescheder et al.
// 2018). Its own gradient is a second derivative.

import { float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { ambient } from './ambient.js';
import { withoutNormalisation } from './hinge.js';
import { crossEntropy } from './non-saturating.js';
import { objective, plan } from './objective.js';
import { verdicts } from './verdicts.js';

export const r1 = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z
          .literal('r1')
          .describe("Adversarial training with a penalty on the discriminator's gradient at real images."),
        ...common,
        penalty: z
          .number()
          .min(0)
          .default(1)
          .describe('γ of γ/2 ‖∇D(x)‖², the mean over the real images of a batch.'),
        ambient: ambient(z),
      })
      .describe('How the pair is trained.'),
  companion: 'discriminator',
  advice: 'a larger penalty',
  plan: ({ penalty }, { latentDimension, generate, discriminate, initialDiscriminator }) =>
    plan({
      // Batch normalisation would make a verdict depend on all images of the batch.
      initialCompanion: ({ random }) => initialDiscriminator(1, random).map(withoutNormalisation),
      feed: ({ indices: { length }, random }) => ({
        codes: float32([length, latentDimension], random.normals(length * latentDimension)),
      }),
      companionLoss: (discriminator, generator, { images, codes }) => {
        const slope = tf.grad((at: Tensor) => tf.sum(discriminate(discriminator, at)))(images);
        const steepness = tf.div(tf.sum(tf.square(slope)), images.shape[0]!);
        const { real, fake } = verdicts(discriminate, discriminator, {
          real: images,
          fake: generate(generator, codes),
        });
        const losses = tf.add(crossEntropy(real, 'real'), crossEntropy(fake, 'fake'));
        return tf.add(losses, tf.mul(steepness, penalty / 2));
      },
      generatorLoss: (generator, discriminator, { codes }) =>
        crossEntropy(discriminate(discriminator, generate(generator, codes)), 'real'),
    }),
});
