// Adversarial training by hinges, its discriminator held back by spectral normalisation (Miyato et al. 2018): each of its maps
// is divided by its largest singular value.

import { float32 } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Networks } from '../networks.js';
import type { LayerParameters } from '../parameters.js';
import { ambient } from './ambient.js';
import { objective, plan } from './objective.js';
import { verdicts } from './verdicts.js';

/** Steps of the power method, from the same vector every time: there is no state to keep. */
const POWER_STEPS = 8;

export const hinge = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z
          .literal('hinge')
          .describe('Adversarial training by hinges, with a spectrally normalised discriminator.'),
        ...common,
        ambient: ambient(z),
      })
      .describe('How the pair is trained.'),
  companion: 'discriminator',
  advice: 'a lower learningRate',
  plan: (_, { latentDimension, generate, discriminate, initialDiscriminator }) => {
    const judge: Networks['discriminate'] = (discriminator, ...of) =>
      discriminate(
        discriminator.map(layer => ({ ...layer, weight: spectrallyNormalised(layer.weight) })),
        ...of,
      );
    return plan({
      initialCompanion: ({ random }) => initialDiscriminator(1, random).map(withoutNormalisation),
      feed: ({ indices: { length }, random }) => ({
        codes: float32([length, latentDimension], random.normals(length * latentDimension)),
      }),
      // Real images are to be judged above 1, generated ones below −1.
      companionLoss: (discriminator, generator, { images, codes }) => {
        const { real, fake } = verdicts(judge, discriminator, {
          real: images,
          fake: generate(generator, codes),
        });
        return tf.add(tf.mean(tf.relu(tf.sub(1, real))), tf.mean(tf.relu(tf.add(1, fake))));
      },
      generatorLoss: (generator, discriminator, { codes }) =>
        tf.neg(tf.mean(judge(discriminator, generate(generator, codes)))),
    });
  },
});

/** A layer without batch normalisation, which would undo the spectral one. */
export const withoutNormalisation = <T>({ weight, bias }: LayerParameters<T>): LayerParameters<T> => ({
  weight,
  ...(bias && { bias }),
});

/** A weight [out, …] over its largest singular value as a matrix of `out` rows. */
const spectrallyNormalised = (weight: Tensor): Tensor => tf.div(weight, largestSingularValue(weight));

/**
 * uᵀWv with the singular vectors u and v that the power method finds. Its gradient is u vᵀ, as if they did not depend on W:
 * exact at the singular vectors, and what the paper takes.
 */
const largestSingularValue = tf.customGrad((weight, save) => {
  const matrix = tf.reshape(weight as Tensor, [(weight as Tensor).shape[0]!, -1]) as tf.Tensor2D;
  const unit = (vector: Tensor) => tf.div(vector, tf.sqrt(tf.sum(tf.square(vector)))) as tf.Tensor2D;
  let right = unit(tf.ones([matrix.shape[1]!, 1]));
  let left = unit(tf.matMul(matrix, right));
  for (let step = 1; step < POWER_STEPS; step++) {
    right = unit(tf.matMul(matrix, left, true));
    left = unit(tf.matMul(matrix, right));
  }
  (save as tf.GradSaveFunc)([tf.reshape(tf.matMul(left, right, false, true), (weight as Tensor).shape)]);
  return {
    value: tf.sum(tf.mul(left, tf.matMul(matrix, right))),
    gradFunc: (dy, [direction]) => tf.mul(dy as Tensor, direction!),
  };
});
