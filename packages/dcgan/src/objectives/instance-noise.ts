// Noise on every image that a discriminator sees, which keeps it from winning at once (Sønderby et al. 2017).

import { type Float32NdArray, float32, type RandomStream } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Zod } from '../architectures/architecture.js';

/** The setting. */
export const instanceNoise = (z: Zod) =>
  z
    .number()
    .min(0)
    .default(0.15)
    .describe('Standard deviation of the noise on every image that the discriminator sees.');

/** What adversarial training is fed: codes to draw images of, and noise for the real images and for these. */
export const adversarialFeed =
  (latentDimension: number) =>
  ({ images: { shape }, random }: { images: Float32NdArray; random: RandomStream }) => {
    const normals = (...of: number[]) => float32(of, random.normals(of.reduce((a, b) => a * b, 1)));
    return {
      codes: normals(shape[0]!, latentDimension),
      realNoise: normals(...shape),
      fakeNoise: normals(...shape),
    };
  };

/** Images with noise of this deviation. */
export const noisy = (images: Tensor, noise: Tensor, deviation: number): Tensor =>
  tf.add(images, tf.mul(noise, deviation));
