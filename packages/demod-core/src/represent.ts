// How well a prior represents images: the least relative error that any latent code reaches, found by projection.
import { type Float32NdArray, float32, randomStream, takeRows } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Evaluation, minimise } from './lbfgs.js';
import { type GenerativePrior, imagesOf } from './prior.js';

/** How `representationError` looks for codes. */
export interface RepresentOptions {
  /** Starting points per image: the codes whose images are nearest to it, of some random ones. */
  readonly starts: number;
  /** How often the prior's images and their gradients are computed for every start. */
  readonly iterations: number;
  readonly seed: number;
  readonly device: Device;
  /** Called with how many of the iterations are done. */
  readonly onIteration?: (done: number) => void;
}

/** How near a prior comes to n images. */
export interface Representation {
  /** ‖G(z) − x‖ / ‖x‖ of each image, [n]. */
  readonly errors: Float32Array;
  /** The codes z that reach it, [n, latent dimension]. */
  readonly codes: Float32NdArray;
}

/** Random codes among which the starting points are chosen. */
const CANDIDATES = 512;

/**
 * The representation error of each image x: the least ‖G(z) − x‖ / ‖x‖ over codes z. L-BFGS looks for it from several
 * starts, so that what it finds is an upper bound; it is the same for an image whatever the others are.
 *
 * @param images [n, ...imageShape], none of them black.
 * @throws TypeError if shapes do not fit, UserError if the device does not work here.
 * @example
 * import { randomReluPrior, representationError } from '@blind-demod/demod-core';
 * import { float32 } from '@blind-demod/jit';
 *
 * const prior = randomReluPrior({ widths: [2, 10, 30], seed: 1, name: 'signal' });
 * const images = float32([1, 30], new Float32Array(30).fill(1));
 * const options = { starts: 2, iterations: 20, seed: 1, device: 'cpu' };
 * const { errors } = await representationError(prior, images, options);
 * console.log(errors[0] > 0 && errors[0] < 1); // true
 */
export async function representationError(
  prior: GenerativePrior,
  images: Float32NdArray,
  { starts, iterations, seed, device, onIteration }: RepresentOptions,
): Promise<Representation> {
  if (`${prior.imageShape}` !== `${images.shape.slice(1)}`) {
    throw new TypeError(`expected images of shape [${prior.imageShape}], got [${images.shape.slice(1)}]`);
  }
  const start = await nearestCodes(prior, images, { starts, seed, device });
  const rows = start.shape[0]!;
  const target = takeRows(
    images,
    Array.from({ length: rows }, (_, row) => Math.floor(row / starts)),
  );
  const program = await compile(
    (input: { codes: Tensor; target: Tensor }) => halfSquaredError(prior, input.codes, input.target),
    { codes: start, target },
    { device },
  );
  const { points, values } = await minimise(
    async codes => (await program.run({ codes, target })) as Evaluation,
    start,
    { evaluations: iterations, ...(onIteration && { onEvaluation: onIteration }) },
  );
  await program.dispose();

  const kept = Array.from({ length: images.shape[0]! }, (_, image) => {
    const [least] = leastIndices(values.subarray(image * starts, (image + 1) * starts), 1);
    return image * starts + least!;
  });
  return {
    errors: Float32Array.from(kept, row => Math.sqrt(2 * values[row]!)),
    codes: takeRows(points, kept),
  };
}

/** ½ ‖G(z) − x‖² / ‖x‖² for each row of codes z and images x, and its gradient with respect to the code. */
function halfSquaredError(
  prior: GenerativePrior,
  codes: Tensor,
  target: Tensor,
): { values: Tensor; gradients: Tensor } {
  const outputs = prior.forward(codes);
  const residual = tf.sub(imagesOf(outputs), target);
  const axes = target.shape.slice(1).map((_, axis) => axis + 1);
  const scaled = tf.div(residual, tf.sum(tf.square(target), axes, true));
  return {
    values: tf.div(tf.sum(tf.mul(residual, scaled), axes), 2),
    gradients: prior.backward(outputs, scaled),
  };
}

/** Of random codes the `starts` whose images are nearest to each of the images: [n · starts, latent dimension]. */
async function nearestCodes(
  prior: GenerativePrior,
  images: Float32NdArray,
  { starts, seed, device }: Pick<RepresentOptions, 'starts' | 'seed' | 'device'>,
): Promise<Float32NdArray> {
  const { latentDimension } = prior;
  const normals = randomStream(seed, 'representation').normals(CANDIDATES * latentDimension);
  const candidates = float32([CANDIDATES, latentDimension], normals);
  const program = await compile(
    (input: { images: Tensor; candidates: Tensor }) => {
      const flat = (tensor: Tensor) => tf.reshape(tensor, [tensor.shape[0]!, -1]) as tf.Tensor2D;
      const generated = flat(imagesOf(prior.forward(input.candidates)));
      // ‖G(z) − x‖² − ‖x‖²: the same order.
      const products = tf.matMul(flat(input.images), generated, false, true);
      return tf.sub(tf.sum(tf.square(generated), 1), tf.mul(products, 2));
    },
    { images, candidates },
    { device },
  );
  const { data } = await program.run({ images, candidates });
  await program.dispose();
  const nearest = Array.from({ length: images.shape[0]! }, (_, image) =>
    leastIndices((data as Float32Array).subarray(image * CANDIDATES, (image + 1) * CANDIDATES), starts),
  );
  return takeRows(candidates, nearest.flat());
}

/** Where the `count` least values are, the least first. */
const leastIndices = (values: Float32Array, count: number): number[] =>
  [...values.keys()].sort((a, b) => values[a]! - values[b]!).slice(0, count);
