// What each training step is fed. A step's images and noise follow from the seed and its number alone, so that a resumed
// run draws what an undisturbed one would have drawn.

import { type Factor, type Float32NdArray, type NdArray, randomStream, takeRows } from '@blind-demod/arrays';
import type { Batch, Plan } from './objectives/objective.js';
import type { GeneratorSettings } from './settings.js';

/** The batch of each step, numbered from 0; every epoch passes over the images in an order of its own. */
export function batches(
  { seed, ...factors }: GeneratorSettings,
  factor: Factor,
  { images, others }: { images: Float32NdArray; others?: Float32NdArray | undefined },
  plan: Plan,
): (step: number) => Batch<NdArray> {
  const { batchSize } = factors[factor].training;
  const count = images.shape[0]!;
  const stepsPerEpoch = Math.floor(count / batchSize);
  return step => {
    const order = randomStream(seed, factor, 'order', Math.floor(step / stepsPerEpoch)).permutation(count);
    const start = (step % stepsPerEpoch) * batchSize;
    const indices = order.slice(start, start + batchSize);
    const chosen = takeRows(images, indices);
    const random = randomStream(seed, factor, 'step', step);
    return { ...plan.feed({ images: chosen, indices, random, others }), images: chosen };
  };
}
