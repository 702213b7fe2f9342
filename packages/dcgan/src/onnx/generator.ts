// An ONNX model from latent code to image as a prior that the solver can search.
import { sha256, UserError } from '@blind-demod/arrays';
import type { GenerativePrior } from '@blind-demod/demod-core';
import type { Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../architectures/architecture.js';
import type { Batching, Manner } from './batching.js';
import { withoutConstantNodes } from './constants.js';
import { exportPart } from './export.js';
import { decodeOnnx, type ReadBeside } from './format.js';
import { type ImageNetwork, imageNetworkOf } from './image.js';
import { type Network, readNetwork } from './network.js';
import type { Interval } from './range.js';
import { MixedCodes, rangeFound, tried } from './trial.js';
import { NotLiftable } from './value.js';

/** A generator that an ONNX model holds. */
export interface OnnxGenerator {
  /** Numbers in a code. */
  readonly latentDimension: number;
  /** [channels, height, width] of its images. */
  readonly imageShape: ImageShape;
  /** How many numbers its weights are. */
  readonly parameterCount: number;
  /** Between which numbers its images lie, as the model makes them. */
  readonly range: Interval;
  /** Of the files that it was read from, and the range: what is computed with it depends on it by this. */
  readonly sha256: string;
  /** The prior of its images, brought from `range` to `into`; as the model makes them where that is left out. */
  prior(into?: Interval): GenerativePrior;
  /** The model in one file, `code` [batch, latent] to `image` [batch, channels, height, width], in the range `into`. */
  toOnnx(into?: Interval): Uint8Array;
}

/** How an ONNX model is read and tried. */
export interface OnnxOptions {
  /** What to call the model in messages: its path. */
  readonly where: string;
  /** Reads a file with weights beside the model, by its path from there. */
  readonly beside: ReadBeside;
  /** The range of its images, where it is known better than it can be found. */
  readonly range?: Interval | undefined;
  /** Where the model is tried. */
  readonly device: Device;
}

/**
 * Reads an ONNX model with one input, the latent code [batch, latent] or [batch, latent, 1, 1], and one output, the
 * images [batch, channels, height, width], and tries it: its images must be finite, each must follow from its code
 * alone, and their gradient from what is kept must be the one that differentiating the whole gives.
 *
 * Its range is what its last nodes say (sigmoid, tanh, clip, and arithmetic with constants after them); a side that they
 * leave open is the least or greatest value in the images of 256 codes drawn from the standard normal distribution.
 *
 * @throws UserError, naming the model, the node where there is one, and the reason, when it is damaged or no generator,
 * or has operators that are not supported.
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { generatorPrior, readOnnxGenerator } from 'blind-demod';
 *
 * const bytes = await readFile('generator.onnx'); // in a browser: new Uint8Array(await response.arrayBuffer())
 * const options = { where: 'generator.onnx', beside: path => readFile(path), device: 'cpu' };
 * const generator = await readOnnxGenerator(bytes, options);
 * console.log(generator.latentDimension, generator.range); // 8 [ 0, 1 ]
 */
export async function readOnnxGenerator(bytes: Uint8Array, options: OnnxOptions): Promise<OnnxGenerator> {
  try {
    return await readGenerator(bytes, options);
  } catch (error) {
    // Names from the file may have anything in them; what TensorFlow.js and the engine say does not name the model.
    const line = (error as Error).message.replaceAll(/\p{Cc}+/gu, ' ');
    throw new UserError(line.startsWith(`${options.where}: `) ? line : `${options.where}: ${line}`);
  }
}

async function readGenerator(bytes: Uint8Array, options: OnnxOptions): Promise<OnnxGenerator> {
  const { where, device } = options;
  const files = new Map<string, Uint8Array>();
  const beside = async (path: string) => {
    const file = files.get(path) ?? (await options.beside(path));
    files.set(path, file);
    return file;
  };
  const read = await readNetwork(decodeOnnx(bytes, where, beside), where);
  const network = await withoutConstantNodes(read, device);
  const { image, batching } = await firstThatWorks(network, device);
  const { imageShape } = image;
  const latentDimension = network.latent;
  const range = options.range ?? (await rangeFound(image, batching, device));
  if (!(range[0] < range[1])) throw new UserError(`${where}: its images are ${range[0]} everywhere`);
  return {
    latentDimension,
    imageShape,
    parameterCount: weightCount(image.network),
    range,
    sha256: sha256(bytes, ...files.values(), JSON.stringify(range)),
    prior: (into = range) => priorOf(batching, { latentDimension, imageShape, from: range, into }),
    toOnnx: (into = range) => {
      const { input, codeShape, batch } = image.network;
      const { output, isChannelsLast } = image;
      const part = { input, codeShape, output, batch, imageShape, isChannelsLast };
      return exportPart(bytes, files, part, [range, into]);
    },
  };
}

/** Whole numbers are shapes and axes. */
const weightCount = ({ constants }: Network): number =>
  [...constants.values()].reduce((sum, known) => sum + (known.type === 'real' ? known.data.length : 0), 0);

interface Found {
  readonly image: ImageNetwork;
  readonly batching: Batching;
}

/** The network carried out in the first way of these that works: as it was written, lifted, in groups of its batch. */
async function firstThatWorks(network: Network, device: Device): Promise<Found> {
  // A batch that is declared free may still be fixed by the constants of the nodes.
  const single = { ...network, batch: 1 };
  const ways: [Network, Manner][] = [[network, 'at once']];
  if (network.batch === undefined) ways.push([single, 'at once'], [single, 'in groups']);
  else ways.push([network, 'in groups']);
  const failures: Error[] = [];
  for (const [way, manner] of ways) {
    try {
      const image = await imageNetworkOf(way, manner, device);
      return { image, batching: await tried(image, manner, device) };
    } catch (error) {
      if (error instanceof MixedCodes) throw error;
      failures.push(error as Error);
    }
  }
  throw failures.find(error => !(error instanceof NotLiftable)) ?? failures[0]!;
}

interface Shown {
  readonly latentDimension: number;
  readonly imageShape: ImageShape;
  readonly from: Interval;
  readonly into: Interval;
}

/** Outputs are the codes, what is kept, and the images. */
function priorOf(batching: Batching, { latentDimension, imageShape, from, into }: Shown): GenerativePrior {
  const factor = (into[1] - into[0]) / (from[1] - from[0]);
  const isSame = from[0] === into[0] && from[1] === into[1];
  return {
    latentDimension,
    imageShape,
    forward: codes => {
      const { output, kept } = batching.forward(codes);
      const images = isSame ? output : tf.add(tf.mul(output, factor), into[0] - factor * from[0]);
      return [codes, ...kept, images];
    },
    backward: (outputs, cotangent) => {
      const [codes, ...kept] = outputs.slice(0, -1) as [Tensor, ...Tensor[]];
      return batching.backward(codes, kept, isSame ? cotangent : tf.mul(cotangent, factor));
    },
  };
}
