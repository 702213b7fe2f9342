// The network that knows a light from one picture: four convolutions that halve, two dense layers.

import { type Float32NdArray, float32, type NdArray, type RandomStream } from '@blind-demod/arrays';
import type { LayerParameters, Parameters } from '@blind-demod/dcgan';
import { constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { TERMS } from './basis.js';

/** Side of the reduced pictures that the network sees. */
export const SIDE = 32;

const COORDINATES = 3;
const WIDTHS = [32, 64, 96, 128];
const HIDDEN = 192;
/** Side of the image that the dense layers see. */
const LAST_SIDE = SIDE / 2 ** WIDTHS.length;

export const LAYER_COUNT = WIDTHS.length + 2;

/** Random weights, of a size that keeps that of what passes through. */
export function initialEncoder(random: RandomStream): Parameters<NdArray> {
  // [out, in, 3, 3] of convolutions, [in, out] of dense layers.
  const convolutions = WIDTHS.map((width, index) => [width, WIDTHS[index - 1] ?? 1 + COORDINATES, 3, 3]);
  const dense = [
    [WIDTHS.at(-1)! * LAST_SIDE ** 2, HIDDEN],
    [HIDDEN, 2 * TERMS.length],
  ];
  return [
    ...convolutions.map(shape => layer(shape, shape[0]!, random)),
    ...dense.map(shape => layer(shape, shape[1]!, random)),
  ];
}

function layer(shape: number[], outputs: number, random: RandomStream): LayerParameters<NdArray> {
  const count = shape.reduce((a, b) => a * b);
  const gain = outputs === HIDDEN || shape.length > 2 ? 2 : 0.1; // the first answers are small
  const scale = gain * Math.sqrt(outputs / count);
  const weight = random.normals(count).map(value => scale * value);
  return { weight: float32(shape, weight), bias: float32([outputs], new Float32Array(outputs)) };
}

/** The place of each pixel as channels [1, 3, side, side]: u, v and the distance from the middle. */
const places: Float32NdArray = (() => {
  const at = (index: number) => (2 * index + 1) / SIDE - 1;
  const channels = [
    (u: number) => u,
    (_: number, v: number) => v,
    (u: number, v: number) => u * u + v * v - 2 / 3,
  ].flatMap(of => Array.from({ length: SIDE * SIDE }, (_, i) => of(at(i % SIDE), at(Math.floor(i / SIDE)))));
  return float32([1, COORDINATES, SIDE, SIDE], Float32Array.from(channels));
})();

/** What the network says of n pictures: [n, terms] each. */
export interface Answer<T> {
  /** Of the logarithm of the light, in the terms of `basis.ts`. */
  readonly coefficients: T;
  /** Logarithm of the standard deviation of each. */
  readonly logDoubt: T;
}

/** @param pictures [n, 1, 32, 32] logarithms of mean 0 */
export function encode(parameters: Parameters<Tensor>, pictures: Tensor): Answer<Tensor> {
  const convolutions = parameters.slice(0, WIDTHS.length);
  const [hidden, last] = parameters.slice(WIDTHS.length);
  const count = pictures.shape[0]!;
  const where = tf.mul(constant(places), tf.ones([count, 1, 1, 1]));
  const seen = convolutions.reduce(halve, tf.concat([pictures, where], 1));
  const said = dense(swish(dense(tf.reshape(seen, [count, -1]), hidden!)), last!);
  const [coefficients, logDoubt] = tf.split(said, 2, 1);
  return { coefficients: coefficients!, logDoubt: logDoubt! };
}

function halve(image: Tensor, { weight, bias }: LayerParameters<Tensor>): Tensor {
  const filter = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D;
  const sums = tf.conv2d(image as tf.Tensor4D, filter, 2, 'same', 'NCHW');
  return swish(tf.add(sums, tf.reshape(bias!, [1, -1, 1, 1])));
}

const dense = (x: Tensor, { weight, bias }: LayerParameters<Tensor>): Tensor =>
  tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias!);

/** x · sigmoid(x): smooth, so that small differences of light stay differences. */
const swish = (x: Tensor): Tensor => tf.mul(x, tf.sigmoid(x));
