// A small network that reads numbers from images: convolutions that halve, and two dense layers.

import { type Float32NdArray, float32, type NdArray, type RandomStream } from '@blind-demod/arrays';
import { type Convolution, convolve, swish } from '@blind-demod/demod-core';
import { constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LayerParameters, type Parameters, randomLayer } from './parameters.js';

export interface HalvingForm {
  /** Channels of the images, less those of the places, and pixels per side. */
  readonly channels: number;
  readonly side: number;
  /** Channels after each convolution. */
  readonly widths: readonly number[];
  /** Numbers between the two dense layers. */
  readonly hidden: number;
  readonly outputs: number;
}

/** Random weights, of a size that keeps that of what passes through; the first answers are small. */
export function initialHalving(
  { channels, side, widths, hidden, outputs }: HalvingForm,
  random: RandomStream,
): Parameters<NdArray> {
  const lastSide = side / 2 ** widths.length;
  return [
    // [out, in, 3, 3] of convolutions, [in, out] of dense layers.
    ...widths.map((width, index) =>
      randomLayer([width, widths[index - 1] ?? channels + PLACES, 3, 3], width, random),
    ),
    randomLayer([widths.at(-1)! * lastSide ** 2, hidden], hidden, random),
    randomLayer([hidden, outputs], outputs, random, 0.1),
  ];
}

/**
 * What the network says of n images: [n, outputs]. To be called inside a compiled function.
 *
 * @param images [n, channels, side, side].
 */
export function halving(parameters: Parameters<Tensor>, images: Tensor): Tensor {
  const [hidden, last] = parameters.slice(-2);
  const seen = parameters.slice(0, -2).reduce(halve, withPlaces(images));
  return dense(swish(dense(tf.reshape(seen, [images.shape[0]!, -1]), hidden!)), last!);
}

const halve = (image: Tensor, layer: LayerParameters<Tensor>): Tensor =>
  swish(convolve(image, layer as Convolution<Tensor>, 2));

/** Of rows. To be called inside a compiled function. */
export const dense = (x: Tensor, { weight, bias }: LayerParameters<Tensor>): Tensor =>
  tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias!);

/** How many channels say where a pixel is. */
export const PLACES = 3;

/** The place of each pixel as channels [1, 3, side, side]: u, v and the distance from the middle. */
function places(side: number): Float32NdArray {
  const at = (index: number) => (2 * index + 1) / side - 1;
  const channels = [
    (u: number) => u,
    (_: number, v: number) => v,
    (u: number, v: number) => u * u + v * v - 2 / 3,
  ].flatMap(of => Array.from({ length: side * side }, (_, i) => of(at(i % side), at(Math.floor(i / side)))));
  return float32([1, PLACES, side, side], Float32Array.from(channels));
}

/** Images [n, channels, side, side] with where each pixel is. To be called inside a compiled function. */
export function withPlaces(images: Tensor): Tensor {
  const [count, , side] = images.shape as [number, number, number];
  return tf.concat([images, tf.mul(constant(places(side)), tf.ones([count, 1, 1, 1]))], 1);
}
