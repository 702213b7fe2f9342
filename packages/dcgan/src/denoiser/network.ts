// A denoiser's weights before training, and what its training lowers.
import { NORMAL_90, type RandomStream } from '@blind-demod/arrays';
import { type Denoiser, denoise, PLANES, type Sketch } from '@blind-demod/demod-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { randomLayer } from '../parameters.js';
import { still } from '../still.js';

/** Of the deviations in the loss, beside the error itself. */
const DEVIATION_SHARE = 0.3;
/** Of mean squares: below an error of a thousandth of the range nothing is gained. */
const SMALLEST = 1e-6;
/** The share of pixels that are to be within NORMAL_90 deviations. */
const WITHIN = 0.9;

/** A batch: what is known, and the signal that there was. */
export interface DenoiserBatch<T> extends Sketch<T> {
  readonly observed: T;
  /** [n, 1, 1, 1]. */
  readonly noise: T;
  readonly truth: T;
}

/** Random weights, of a size that keeps that of what passes through; the last ones are small, so that it begins by changing little. */
export function initialLayers(
  { channels, maps, layers }: { channels: number; maps: number; layers: number },
  random: RandomStream,
): Denoiser['layers'] {
  const widths = [PLANES * channels, ...Array<number>(layers + 1).fill(maps), 2 * channels];
  return widths.slice(1).map((width, index) => {
    const gain = index === widths.length - 2 ? 0.05 : index === 0 ? 1.4 : 1;
    return randomLayer([width, widths[index]!, 3, 3], width, random, gain);
  });
}

/**
 * The mean over pictures of the logarithm of the mean square error, which is their PSNR, so that those with much noise count
 * no more than others; and the pinball loss of the logarithm of each error's size, by which nine in ten are within the
 * deviation that is told (Koenker and Bassett 1978). To be called inside a compiled function.
 */
export function denoiserLoss(
  denoiser: Denoiser<Tensor>,
  { truth, noise, ...sketch }: DenoiserBatch<Tensor>,
): Tensor {
  const { signal, deviation } = denoise(denoiser, sketch, noise);
  const squares = tf.squaredDifference(signal, truth);
  const errors = tf.log(tf.add(tf.mean(squares, [1, 2, 3]), SMALLEST));
  // The deviation learns from the errors as they are; it moves the signal itself no further.
  const size = tf.mul(0.5, tf.log(tf.add(still(squares), SMALLEST / 10)));
  const excess = tf.sub(size, tf.log(tf.mul(NORMAL_90, deviation)));
  const pinball = tf.maximum(tf.mul(WITHIN, excess), tf.mul(WITHIN - 1, excess));
  return tf.add(tf.mean(errors), tf.mul(DEVIATION_SHARE, tf.mean(pinball)));
}
