// The images of many codes, drawn in parts: a generator's layers for all of them at once would be most of the memory of a
// recovery.
import { type Float32NdArray, float32, takeRows } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type GenerativePrior, imagesOf } from './prior.js';

/** Codes that are drawn at a time. */
const AT_A_TIME = 32;

/** Draws the images [n, ℓ] of n codes, for any n. */
export interface Drawing {
  draw(codes: Float32NdArray): Promise<Float32NdArray>;
  dispose(): Promise<void>;
}

/** @param most how many codes there will be at once, at most. */
export async function drawingOf(prior: GenerativePrior, most: number, device: Device): Promise<Drawing> {
  const count = Math.min(AT_A_TIME, most);
  const pixels = prior.imageShape.reduce((a, b) => a * b, 1);
  const program = await compile(
    (some: Tensor) => tf.reshape(imagesOf(prior.forward(some)), [count, pixels]),
    float32([count, prior.latentDimension], new Float32Array(count * prior.latentDimension)),
    { device },
  );
  return {
    draw: async codes => {
      const total = codes.shape[0]!;
      const images = float32([total, pixels], new Float32Array(total * pixels));
      for (let first = 0; first < total; first += count) {
        // A program is for so many codes; the last part has its last code again and again.
        const rows = Array.from({ length: count }, (_, row) => Math.min(first + row, total - 1));
        const { data } = await program.run(takeRows(codes, rows));
        images.data.set((data as Float32Array).subarray(0, (total - first) * pixels), first * pixels);
      }
      return images;
    },
    dispose: () => program.dispose(),
  };
}
