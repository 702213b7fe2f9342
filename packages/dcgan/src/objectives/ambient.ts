// Learning from spoiled images alone (AmbientGAN: Bora, Price and Dimakis 2018). Where the training images are products with
// unknown lights, the discriminator sees the generated ones in products with other lights, too. So the generator draws what the
// lights fell on.

import { type Float32NdArray, type RandomStream, takeRows } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import type { Zod } from '../architectures/architecture.js';
import type { Networks } from '../networks.js';
import type { Plan, RivalPlan } from './objective.js';

/** The setting of every adversarial objective. */
export const ambient = (z: Zod) =>
  z
    .enum(['given', 'made'])
    .optional()
    .describe(
      'The discriminator sees generated images multiplied by random training images of the other factor: "given" where the training images are such products, "made" where they are clean and are multiplied here, for a trial. Not multiplied when absent.',
    );

/** The plan that `planFor` makes of networks, but that its discriminator sees products. */
export function ambientPlan(
  planFor: (networks: Networks) => Plan,
  networks: Networks,
  products: 'given' | 'made',
): Plan {
  /** Whose generator draws products with these images. */
  const inProducts = (others: tf.Tensor) => {
    const generate: Networks['generate'] = (...of) => tf.mul(networks.generate(...of), others);
    return planFor({ ...networks, generate }) as RivalPlan; // as those of adversarial objectives are
  };
  const { initialCompanion, feed } = planFor(networks);
  return {
    initialCompanion,
    feed: given => {
      const fed = feed(given); // first, so that it draws what it would draw without products
      const drawn = () => randomRows(given.others, given.indices.length, given.random);
      return { ...fed, fakeOthers: drawn(), ...(products === 'made' && { realOthers: drawn() }) };
    },
    companionLoss: (companion, generator, batch) => {
      const { realOthers } = batch;
      const images = realOthers ? tf.mul(batch.images!, realOthers) : batch.images!;
      return inProducts(batch.fakeOthers!).companionLoss(companion, generator, { ...batch, images });
    },
    generatorLoss: (generator, companion, batch) =>
      inProducts(batch.fakeOthers!).generatorLoss(generator, companion, batch),
  };
}

function randomRows(images: Float32NdArray | undefined, count: number, random: RandomStream): Float32NdArray {
  if (images === undefined) throw new TypeError('expected images of the other factor, got none');
  const rows = Int32Array.from({ length: count }, () => random.integer(images.shape[0]!));
  return takeRows(images, rows);
}
