// The parameters of a network, layer by layer: as arrays where they are kept, as tensors where they are computed with.
import {
  elementCount,
  type Float32NdArray,
  float32,
  type NdArray,
  type RandomStream,
  UserError,
} from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Parameters of one layer; it has a `scale` where it is normalised, and a bias, if any, is added after that. */
export interface LayerParameters<T> {
  readonly weight: T;
  readonly scale?: T;
  readonly bias?: T;
}

/** Layers from the latent code up (generator) or from the image down (discriminator). */
export type Parameters<T> = readonly LayerParameters<T>[];

/** A layer of random weights, of a size that keeps that of what passes through, times `gain`; its biases are 0. */
export function randomLayer(
  shape: readonly number[],
  outputs: number,
  random: RandomStream,
  gain = 2,
): { weight: Float32NdArray; bias: Float32NdArray } {
  const count = elementCount(shape);
  const scale = gain * Math.sqrt(outputs / count);
  const weight = random.normals(count).map(value => scale * value);
  return { weight: float32(shape, weight), bias: float32([outputs], new Float32Array(outputs)) };
}

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

/** The leaves of a network, layer by layer. */
export const leavesOf = <T>(network: Parameters<T>): T[] =>
  network.flatMap(layer => Object.values(layer) as T[]);

/** All numbers of a network one after the other. */
export const inRow = (network: Parameters<Tensor>): Tensor =>
  tf.concat(leavesOf(network).map(leaf => tf.reshape(leaf, [-1])));

/** Such numbers as a network with the layers of `like`. */
export function fromRow(row: Tensor, like: Parameters<Tensor>): Parameters<Tensor> {
  const parts = tf.split(
    row,
    leavesOf(like).map(({ size }) => size),
  );
  return zipParameters(({ shape }: Tensor) => tf.reshape(parts.shift()!, shape), like);
}

/** Arrays by the names that they have in a file: "0.weight", "0.bias", "1.weight" and so on. */
export const tensorsOf = (network: Parameters<NdArray>): Record<string, NdArray> =>
  Object.fromEntries(
    network.flatMap((layer, index) =>
      Object.entries(layer).map(([name, array]) => [`${index}.${name}`, array as NdArray]),
    ),
  );

/** The layers of such a file. @throws UserError when it holds none, or something else */
export function layersIn(tensors: Readonly<Record<string, NdArray>>, file: string): Parameters<NdArray> {
  const layers: Record<string, NdArray>[] = [];
  for (const [path, array] of Object.entries(tensors)) {
    const [, index, name] = /^(\d+)\.(weight|scale|bias)$/.exec(path) ?? [];
    if (name === undefined) throw new UserError(`${file} holds ${path}, which is no layer of a network`);
    layers[Number(index)] = { ...layers[Number(index)], [name]: array };
  }
  const isWhole = layers.length > 0 && Array.from(layers).every(layer => layer?.weight !== undefined);
  if (!isWhole) throw new UserError(`${file} lacks a layer of its network`);
  return layers as unknown as Parameters<NdArray>;
}
