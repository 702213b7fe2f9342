// The encoder of a pair of generators: a small network that says of a product of their images which codes it is of, about.

import {
  type ByFactor,
  byFactor,
  decodeSafetensors,
  encodeSafetensors,
  type NdArray,
  type RandomStream,
  sha256,
  UserError,
} from '@blind-demod/arrays';
import type { Encoder, Problem } from '@blind-demod/demod-core';
import { constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { AnyGenerator } from './generator.js';
import { halving, initialHalving } from './halving.js';
import { resizeBilinear } from './layers.js';
import { layersIn, type Parameters, tensorsOf, zipParameters } from './parameters.js';

/** An encoder as numbers. */
export interface TrainedEncoder {
  readonly parameters: Parameters<NdArray>;
  readonly latentDimensions: ByFactor<number>;
}

/** The generators of both factors and, where there is one, their encoder. */
export interface Generators extends ByFactor<AnyGenerator> {
  readonly encoder?: TrainedEncoder | undefined;
}

/** Side of the reduced images that the network sees. */
const SIDE = 32;
const WIDTHS = [32, 64, 96, 128];
const HIDDEN = 256;
const LAYERS = WIDTHS.length + 2;

/** Values below this part of an image's size are about as dark as black, in the logarithm that the network sees. */
const DARK = 0.1;
/** Of a reduced pixel's area, how much must have been seen for its value to count in full. */
const SEEN = 0.25;

/** Random weights of an encoder for images of so many channels. */
export const initialEncoder = (
  latentDimensions: ByFactor<number>,
  channels: number,
  random: RandomStream,
): Parameters<NdArray> =>
  initialHalving(
    {
      channels: 3 * channels,
      side: SIDE,
      widths: WIDTHS,
      hidden: HIDDEN,
      outputs: latentDimensions.signal + latentDimensions.distortion,
    },
    random,
  );

/** The codes that the network of these weights answers. To be called inside a compiled function. */
export function encodeWith(
  parameters: Parameters<Tensor>,
  problem: Problem<Tensor>,
  { signal, distortion }: ByFactor<number>,
): ByFactor<Tensor> {
  const said = halving(parameters, seenBy(problem));
  const [h, m] = tf.split(said, [signal, distortion], 1);
  return { signal: h!, distortion: m! };
}

/** Reduced images at one brightness, their logarithms, and how much of each pixel was observed: [n, 3 · channels, 32, 32]. */
function seenBy({ observation, observed }: Problem<Tensor>): Tensor {
  const mask = observed ?? tf.onesLike(observation);
  const seen = resizeBilinear(mask, SIDE);
  const values = tf.div(resizeBilinear(tf.mul(observation, mask), SIDE), tf.maximum(seen, SEEN));
  const sum = (of: Tensor) => tf.sum(of, [1, 2, 3], true);
  const size = tf.sqrt(tf.div(sum(tf.mul(tf.square(values), seen)), tf.maximum(sum(seen), 1e-3)));
  const bright = tf.div(values, tf.maximum(size, 1e-6));
  return tf.concat([bright, tf.log(tf.add(tf.relu(bright), DARK)), seen], 1);
}

/**
 * The encoder for the solver. Its weights become constants of the compiled program.
 *
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { decodeEncoder, encoderOf } from 'blind-demod';
 *
 * const file = 'encoder/encoder.safetensors';
 * const encoder = encoderOf(decodeEncoder(await readFile(file), file)); // for recover
 * console.log(Object.keys(encoder)); // [ 'encode' ]
 */
export const encoderOf = ({ parameters, latentDimensions }: TrainedEncoder): Encoder => ({
  encode: problem => encodeWith(zipParameters(constant, parameters), problem, latentDimensions),
});

/** The weights file, in half precision. */
export const encodeEncoder = ({ parameters, latentDimensions }: TrainedEncoder): Uint8Array =>
  encodeSafetensors(
    tensorsOf(parameters),
    { encoder: JSON.stringify(latentDimensions) },
    { float32As: 'F16' },
  );

/**
 * Reads the weights file of an encoder, `encoder.safetensors`.
 *
 * @param where what to call it in errors: its path or address.
 * @throws UserError naming `where` if the file is damaged or holds something else.
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { decodeEncoder } from 'blind-demod';
 *
 * const file = 'encoder/encoder.safetensors';
 * const { latentDimensions } = decodeEncoder(await readFile(file), file);
 * console.log(latentDimensions.signal, latentDimensions.distortion); // 100 2
 */
export function decodeEncoder(bytes: Uint8Array, where: string): TrainedEncoder {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const parameters = metadata.encoder === undefined ? [] : layersIn(tensors, where);
  if (metadata.encoder === undefined || parameters.length !== LAYERS) {
    throw new UserError(`${where} holds no encoder of this project`);
  }
  const dimensions = JSON.parse(metadata.encoder) as ByFactor<number>;
  return { parameters, latentDimensions: byFactor(factor => dimensions[factor]) };
}

/** What tells an encoder from every other, in hexadecimal. */
export const encoderSha256 = (encoder: TrainedEncoder): string => sha256(encodeEncoder(encoder));
