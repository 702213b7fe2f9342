// What each training step is fed. A step's images and noise follow from the seed and its number alone, so that a resumed
// run draws what an undisturbed one would have drawn.

import {
  type Factor,
  type Float32NdArray,
  float32,
  type NdArray,
  randomStream,
  takeRows,
} from '@blind-demod/arrays';
import type { GeneratorSettings } from './settings.js';
import type { Batch } from './step.js';

/** The batch of each step, numbered from 0; every epoch passes over the images in an order of its own. */
export function batches(
  { seed, ...factors }: GeneratorSettings,
  factor: Factor,
  images: Float32NdArray,
): (step: number) => Batch<NdArray> {
  const { network, training } = factors[factor];
  const { batchSize } = training;
  const count = images.shape[0]!;
  const stepsPerEpoch = Math.floor(count / batchSize);
  return step => {
    const order = randomStream(seed, factor, 'order', Math.floor(step / stepsPerEpoch)).permutation(count);
    const start = (step % stepsPerEpoch) * batchSize;
    const batch = takeRows(images, order.subarray(start, start + batchSize));
    const random = randomStream(seed, factor, 'step', step);
    const noise = () => float32(batch.shape, random.normals(batch.data.length));
    const codes = float32(
      [batchSize, network.latentDimension],
      random.normals(batchSize * network.latentDimension),
    );
    return { images: batch, codes, realNoise: noise(), fakeNoise: noise() };
  };
}
