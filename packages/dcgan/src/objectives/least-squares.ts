// Adversarial training by least squares (Mao et al. 2017): real images are to be judged 1, generated ones 0.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { ambient } from './ambient.js';
import { adversarialFeed, instanceNoise, noisy } from './instance-noise.js';
import { meanSquare } from './mean-square.js';
import { objective, plan } from './objective.js';
import { verdicts } from './verdicts.js';

/** Half the mean square of the verdicts' distances from what they should be. */
const distance = (verdicts: Tensor, wanted: number) => tf.div(meanSquare(tf.sub(verdicts, wanted)), 2);

export const leastSquares = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z.literal('least-squares').describe('Adversarial training by least squares.'),
        ...common,
        instanceNoise: instanceNoise(z),
        ambient: ambient(z),
      })
      .describe('How the pair is trained.'),
  companion: 'discriminator',
  advice: 'more instanceNoise',
  plan: ({ instanceNoise }, { latentDimension, generate, discriminate, initialDiscriminator }) =>
    plan({
      initialCompanion: ({ random }) => initialDiscriminator(1, random),
      feed: adversarialFeed(latentDimension),
      companionLoss: (discriminator, generator, { images, codes, realNoise, fakeNoise }) => {
        const { real, fake } = verdicts(discriminate, discriminator, {
          real: noisy(images, realNoise, instanceNoise),
          fake: noisy(generate(generator, codes), fakeNoise, instanceNoise),
        });
        return tf.add(distance(real, 1), distance(fake, 0));
      },
      generatorLoss: (generator, discriminator, { codes, fakeNoise }) => {
        const fake = noisy(generate(generator, codes), fakeNoise, instanceNoise);
        return distance(discriminate(discriminator, fake), 1);
      },
    }),
});
