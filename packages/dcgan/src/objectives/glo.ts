// Generative latent optimisation (Bojanowski et al. 2018): no network beside the generator. Each training image has a code of
// its own, which is learnt with the generator that draws the image from it.

import { float32 } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { meanSquare } from './mean-square.js';
import { objective, plan } from './objective.js';
import { onSphere } from './sphere.js';

export const glo = objective({
  settings: (z, common) =>
    z
      .strictObject({
        objective: z.literal('glo').describe('Codes are learnt with the generator, one for each image.'),
        ...common,
        codeRate: z
          .number()
          .gt(0)
          .default(30)
          .describe(
            'How many times faster codes are learnt than weights: each code moves once in an epoch, the weights at every step.',
          ),
      })
      .describe('How the generator is trained.'),
  companion: 'codes',
  advice: 'a lower learningRate',
  plan: ({ codeRate }, { latentDimension, generate }) =>
    plan({
      initialCompanion: ({ count, random }) => {
        const normals = random.normals(count * latentDimension);
        return [
          {
            weight: float32(
              [count, latentDimension],
              normals.map(normal => normal / codeRate),
            ),
          },
        ];
      },
      feed: ({ indices }) => ({ indices: { dtype: 'int32', shape: [indices.length], data: indices } }),
      loss: (generator, [codes], { images, indices }) => {
        const chosen = tf.mul(tf.gather(codes!.weight, indices as tf.Tensor1D), codeRate);
        return meanSquare(tf.sub(generate(generator, onSphere(chosen)), images));
      },
    }),
});
