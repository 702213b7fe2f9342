// The network that knows a light from one picture: folded, then four convolutions that halve and two dense layers.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
import { halving, initialHalving, type Parameters } from '@blind-demod/dcgan';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { TERMS } from './basis.js';

/** Side of the reduced pictures that the network sees. */
export const SIDE = 64;

/** Squares of so many pixels each way become one pixel, each of theirs a channel. */
const FOLD = 2;
const FOLDED = SIDE / FOLD;

const WIDTHS = [32, 64, 96, 128];
const HIDDEN = 192;

export const LAYER_COUNT = WIDTHS.length + 2;

/** Random weights. */
export const initialEncoder = (random: RandomStream): Parameters<NdArray> =>
  initialHalving(
    { channels: FOLD ** 2, side: FOLDED, widths: WIDTHS, hidden: HIDDEN, outputs: 2 * TERMS.length },
    random,
  );

/** What the network says of n pictures: [n, terms] each. */
export interface Answer<T> {
  /** Of the logarithm of the light, in the terms of `basis.ts`. */
  readonly coefficients: T;
  /** Logarithm of the standard deviation of each. */
  readonly logDoubt: T;
}

/** @param pictures [n, 1, 64, 64] logarithms of mean 0 */
export function encode(parameters: Parameters<Tensor>, pictures: Tensor): Answer<Tensor> {
  const [coefficients, logDoubt] = tf.split(halving(parameters, fold(pictures)), 2, 1);
  return { coefficients: coefficients!, logDoubt: logDoubt! };
}

/** [n, 1, side, side] with the pixels of each square of 2 × 2 as channels: [n, 4, side / 2, side / 2]. */
function fold(pictures: Tensor): Tensor {
  const squares = tf.reshape(pictures, [-1, FOLDED, FOLD, FOLDED, FOLD]);
  return tf.reshape(tf.transpose(squares, [0, 2, 4, 1, 3]), [-1, FOLD ** 2, FOLDED, FOLDED]);
}
