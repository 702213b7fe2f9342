// Adversarial training (Goodfellow et al. 2014) with its first losses, cross-entropies; the generator's is the one that
// does not saturate where the discriminator is sure.

import { float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { objective, plan } from './objective.js';

export const nonSaturating = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z
          .literal('non-saturating')
          .default('non-saturating')
          .describe('Adversarial training by cross-entropies.'),
        ...common,
        instanceNoise: z
          .number()
          .min(0)
          .default(0.15)
          .describe('Standard deviation of the noise on every image that the discriminator sees.'),
      })
      .describe('How the pair is trained.'),
  companion: 'discriminator',
  advice: 'more instanceNoise',
  plan: ({ instanceNoise }, { latentDimension, generate, discriminate, initialDiscriminator }) => {
    // It keeps the discriminator from winning at once (Sønderby et al. 2017).
    const noisy = (images: Tensor, noise: Tensor) => tf.add(images, tf.mul(noise, instanceNoise));
    return plan({
      initialCompanion: ({ random }) => initialDiscriminator(1, random),
      feed: ({ images: { shape }, random }) => {
        const normals = (...of: number[]) => float32(of, random.normals(of.reduce((a, b) => a * b, 1)));
        return {
          codes: normals(shape[0]!, latentDimension),
          realNoise: normals(...shape),
          fakeNoise: normals(...shape),
        };
      },
      // Tell real from generated.
      companionLoss: (discriminator, generator, { images, codes, realNoise, fakeNoise }) =>
        tf.add(
          crossEntropy(discriminate(discriminator, noisy(images, realNoise)), 'real'),
          crossEntropy(discriminate(discriminator, noisy(generate(generator, codes), fakeNoise)), 'fake'),
        ),
      // Have generated images taken for real.
      generatorLoss: (generator, discriminator, { codes, fakeNoise }) =>
        crossEntropy(discriminate(discriminator, noisy(generate(generator, codes), fakeNoise)), 'real'),
    });
  },
});

/** Mean of −log P(label), where P(real) is the sigmoid of the logit. */
const crossEntropy = (logits: Tensor, label: 'real' | 'fake'): Tensor =>
  tf.mean(tf.softplus(label === 'real' ? tf.neg(logits) : logits));
