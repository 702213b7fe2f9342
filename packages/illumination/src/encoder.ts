// The network that knows a light from one picture: four convolutions that halve, two dense layers.

import type { NdArray, RandomStream } from '@blind-demod/arrays';
import { halving, initialHalving, type Parameters } from '@blind-demod/dcgan';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { TERMS } from './basis.js';

/** Side of the reduced pictures that the network sees. */
export const SIDE = 32;

const WIDTHS = [32, 64, 96, 128];
const HIDDEN = 192;

export const LAYER_COUNT = WIDTHS.length + 2;

/** Random weights. */
export const initialEncoder = (random: RandomStream): Parameters<NdArray> =>
  initialHalving(
    { channels: 1, side: SIDE, widths: WIDTHS, hidden: HIDDEN, outputs: 2 * TERMS.length },
    random,
  );

/** What the network says of n pictures: [n, terms] each. */
export interface Answer<T> {
  /** Of the logarithm of the light, in the terms of `basis.ts`. */
  readonly coefficients: T;
  /** Logarithm of the standard deviation of each. */
  readonly logDoubt: T;
}

/** @param pictures [n, 1, 32, 32] logarithms of mean 0 */
export function encode(parameters: Parameters<Tensor>, pictures: Tensor): Answer<Tensor> {
  const [coefficients, logDoubt] = tf.split(halving(parameters, pictures), 2, 1);
  return { coefficients: coefficients!, logDoubt: logDoubt! };
}
