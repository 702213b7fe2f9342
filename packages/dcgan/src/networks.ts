// The DCGAN pair (Radford et al. 2016) as pure functions of their parameters, for images of 16 to 128 pixels a side.

import { float32, type NdArray, type RandomStream } from '@blind-demod/arrays';
import { intoRange } from '@blind-demod/demod-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  downsample,
  FILTER,
  type LayerParameters,
  leakyRelu,
  normalise,
  smooth,
  upsample,
} from './layers.js';
import type { NetworkSettings } from './settings.js';

/** Layers from the latent code up (generator) or from the image down (discriminator). */
export type Parameters<T> = readonly LayerParameters<T>[];

/** `combine` of the corresponding leaves of networks of one architecture: `zipParameters(tf.add, a, b)`. */
export function zipParameters<From, To>(
  combine: (...leaves: From[]) => To,
  ...networks: Parameters<From>[]
): Parameters<To> {
  return networks[0]!.map((layer, index) => {
    const names = Object.keys(layer) as (keyof LayerParameters<From>)[];
    const combined = names.map(name => [
      name,
      combine(...networks.map(network => network[index]![name] as From)),
    ]);
    return Object.fromEntries(combined) as LayerParameters<To>;
  });
}

/** Channels, height and width of an image. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** Side of the smallest image, where the latent code enters and the discriminator's verdict leaves. */
export const SEED_SIZE = 4;
/** DCGAN's: standard deviation of initial weights, slope of the discriminator's rectifier below zero. */
const INITIAL_DEVIATION = 0.02;
const LEAK = 0.2;

/** Feature maps of the hidden layers, smallest image first: 8, 4, 2, 1 times `maps` for 64 pixels. */
export function hiddenMaps(maps: number, size: number): number[] {
  const doublings = Math.log2(size / SEED_SIZE);
  return Array.from({ length: doublings }, (_, layer) => maps * 2 ** (doublings - 1 - layer));
}

/** How a generator's last layer becomes an image. */
export interface OutputSettings {
  readonly outputRange: readonly [low: number, high: number];
  /** σ, in pixels, of the Gaussian that smooths it before it is brought into the range. */
  readonly outputSmoothing?: number | undefined;
}

/** Latent codes [n, latent] to images [n, channels, size, size], by the batch's own statistics. */
export function generate(parameters: Parameters<Tensor>, codes: Tensor, output: OutputSettings): Tensor {
  return generatorLayers(parameters, codes, normalise, output);
}

/** The generator with its normalisation left open: `normaliseLayer(image, layer)` stands after each hidden layer. */
export function generatorLayers(
  parameters: Parameters<Tensor>,
  codes: Tensor,
  normaliseLayer: (image: Tensor, layer: LayerParameters<Tensor>) => Tensor,
  { outputRange, outputSmoothing }: OutputSettings,
): Tensor {
  const [first, ...rest] = parameters as [LayerParameters<Tensor>, ...LayerParameters<Tensor>[]];
  const seed = tf.matMul(codes as tf.Tensor2D, first.weight as tf.Tensor2D);
  let image = tf.relu(normaliseLayer(tf.reshape(seed, [codes.shape[0]!, -1, SEED_SIZE, SEED_SIZE]), first));
  for (const layer of rest.slice(0, -1))
    image = tf.relu(normaliseLayer(upsample(image, layer.weight), layer));
  const last = rest.at(-1)!;
  const output = normaliseLayer(upsample(image, last.weight), last);
  return intoRange(outputSmoothing ? smooth(output, outputSmoothing) : output, outputRange);
}

/** Images [n, channels, size, size] to logits [n, 1]: positive where it takes the image for a real one. */
export function discriminate(
  parameters: Parameters<Tensor>,
  images: Tensor,
  [low, high]: readonly [number, number],
): Tensor {
  const layers = parameters.slice(0, -1);
  const verdict = parameters.at(-1)!;
  // From the output range to [−1, 1].
  let image = tf.sub(tf.mul(images, 2 / (high - low)), (high + low) / (high - low));
  for (const layer of layers) image = leakyRelu(normalise(downsample(image, layer.weight), layer), LEAK);
  const features = tf.reshape(image, [images.shape[0]!, -1]) as tf.Tensor2D;
  return tf.add(tf.matMul(features, verdict.weight as tf.Tensor2D), verdict.bias);
}

/** Random parameters of a generator for images of `shape`. */
export function initialGenerator(
  settings: NetworkSettings,
  [channels, size]: ImageShape,
  random: RandomStream,
): Parameters<NdArray> {
  const maps = hiddenMaps(settings.generatorMaps, size);
  const seedWeight = [settings.latentDimension, maps[0]! * SEED_SIZE ** 2];
  return [
    initialLayer(seedWeight, maps[0]!, settings.normalisation === 'batch', random),
    ...maps.map((from, index) => {
      const to = maps[index + 1] ?? channels;
      const hidden = index + 1 < maps.length;
      return initialLayer(
        [from, to, FILTER, FILTER],
        to,
        hidden && settings.normalisation === 'batch',
        random,
      );
    }),
  ];
}

/** Random parameters of a discriminator for images of `shape`. */
export function initialDiscriminator(
  settings: NetworkSettings,
  [channels, size]: ImageShape,
  random: RandomStream,
): Parameters<NdArray> {
  const maps = hiddenMaps(settings.discriminatorMaps, size).reverse();
  return [
    ...maps.map((to, index) => {
      const from = maps[index - 1] ?? channels;
      // DCGAN: no normalisation right after the image.
      return initialLayer(
        [to, from, FILTER, FILTER],
        to,
        index > 0 && settings.normalisation === 'batch',
        random,
      );
    }),
    initialLayer([maps.at(-1)! * SEED_SIZE ** 2, 1], 1, false, random),
  ];
}

function initialLayer(
  shape: readonly number[],
  maps: number,
  normalised: boolean,
  random: RandomStream,
): LayerParameters<NdArray> {
  const normals = (size: number, mean: number) =>
    random.normals(size).map(normal => mean + INITIAL_DEVIATION * normal);
  const weight = float32(
    shape,
    normals(
      shape.reduce((size, axis) => size * axis, 1),
      0,
    ),
  );
  const bias = float32([maps], new Float32Array(maps));
  return normalised ? { weight, scale: float32([maps], normals(maps, 1)), bias } : { weight, bias };
}
