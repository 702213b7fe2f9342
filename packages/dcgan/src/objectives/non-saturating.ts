// Adversarial training (Goodfellow et al. 2014) with its first losses, cross-entropies; the generator's is the one that
// does not saturate where the discriminator is sure.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { ambient } from './ambient.js';
import { adversarialFeed, instanceNoise, noisy } from './instance-noise.js';
import { objective, plan } from './objective.js';
import { verdicts } from './verdicts.js';

export const nonSaturating = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z
          .literal('non-saturating')
          .default('non-saturating')
          .describe('Adversarial training by cross-entropies.'),
        ...common,
        instanceNoise: instanceNoise(z),
        ambient: ambient(z),
      })
      .describe('How the pair is trained.'),
  companion: 'discriminator',
  advice: 'more instanceNoise',
  plan: ({ instanceNoise }, { latentDimension, generate, discriminate, initialDiscriminator }) => {
    const seen = (images: Tensor, noise: Tensor) => noisy(images, noise, instanceNoise);
    return plan({
      initialCompanion: ({ random }) => initialDiscriminator(1, random),
      feed: adversarialFeed(latentDimension),
      // Tell real from generated.
      companionLoss: (discriminator, generator, { images, codes, realNoise, fakeNoise }) => {
        const { real, fake } = verdicts(discriminate, discriminator, {
          real: seen(images, realNoise),
          fake: seen(generate(generator, codes), fakeNoise),
        });
        return tf.add(crossEntropy(real, 'real'), crossEntropy(fake, 'fake'));
      },
      // Have generated images taken for real.
      generatorLoss: (generator, discriminator, { codes, fakeNoise }) =>
        crossEntropy(discriminate(discriminator, seen(generate(generator, codes), fakeNoise)), 'real'),
    });
  },
});

/** Mean of −log P(label), where P(real) is the sigmoid of the logit. */
export const crossEntropy = (logits: Tensor, label: 'real' | 'fake'): Tensor =>
  tf.mean(tf.softplus(label === 'real' ? tf.neg(logits) : logits));
