// What signals look like in detail: a network that knows what a generator leaves open, what noise hides and what is missing.
import { bilinearWeights, type Float32NdArray, float32 } from '@blind-demod/arrays';
import { compile, constant, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Matrix, pseudoInverse } from 'ml-matrix';
import { type Convolution, convolve, swish } from './convolution.js';
import { noiseLevels } from './noise.js';
import { resampled } from './resampled.js';

/** A network, and what it draws. */
export interface Denoiser<T = Float32NdArray> {
  /** Pixels per side of what it draws, which is then resized bilinearly: those of signals that were themselves resized. */
  readonly drawnSize: number;
  /** Its convolutions, of 3×3, from the first to the last; those between them add to what came before. */
  readonly layers: readonly Convolution<T>[];
}

/** What is known of n square pictures, all [n, channels, size, size]. */
export interface Sketch<T> {
  /** At an exposure of 1 and a black level of 0. */
  readonly observation: T;
  /** 1 where a pixel was observed, 0 where it is missing; all were, when absent. */
  readonly observed?: T;
  /** The generators' images. */
  readonly signal: T;
  readonly distortion: T;
}

/** A signal, and how far each of its pixels may be wrong. */
export interface Denoised<T> {
  readonly signal: T;
  /** Standard deviation. */
  readonly deviation: T;
}

/** Planes that the network sees of each channel. */
export const PLANES = 4;

/** The weight of the generator's image against a pixel without noise in full light, as in `refine`. */
const REGULARISATION = 1e-3;
/** About how wrong a generator is. */
const TYPICAL_ERROR = 0.1;
/** Steps to the fit of least squares; it has some of the generator's image in it where few are not enough. */
const STEPS = 8;
/** What a fit may be: noise divided by little light has no bounds. */
const VALUES = [-0.5, 1.5] as const;
/** exp(−4) is about how wrong a denoised pixel is. */
const USUAL_LOGARITHM = -4;

/**
 * The signal that the network expects. It sees the drawing z whose enlargement Uz fits the observation best, which is the
 * minimiser of ‖x̂ ⊙ Uz − y‖² + λ ‖z − ẑ‖², ẑ being G1's image as a drawing; ẑ; how much the picture says of each pixel of it; and
 * how noisy that is. It adds to z. To be called inside a compiled function.
 *
 * @param noise the standard deviation of each picture's noise, [n, 1, 1, 1].
 */
export function denoise(
  { drawnSize, layers }: Denoiser<Tensor>,
  { observation, observed, signal, distortion }: Sketch<Tensor>,
  noise: Tensor,
): Denoised<Tensor> {
  const size = observation.shape.at(-1)!;
  const { enlarge, adjoint, inverse } = drawingOf(drawnSize, size);
  const light = observed ? tf.mul(distortion, observed) : distortion;
  const lambda = tf.add(tf.square(tf.div(noise, TYPICAL_ERROR)), REGULARISATION);
  const expected = inverse(signal);
  const said = adjoint(tf.square(light));
  let drawing = expected;
  for (let step = 0; step < STEPS; step++) {
    const residual = tf.sub(observation, tf.mul(distortion, enlarge(drawing)));
    const gradient = tf.add(adjoint(tf.mul(light, residual)), tf.mul(lambda, tf.sub(expected, drawing)));
    // The sums of a row of the normal matrix, whose entries are not negative, are at least its eigenvalues.
    drawing = tf.add(drawing, tf.div(gradient, tf.add(said, lambda)));
  }
  drawing = tf.clipByValue(drawing, ...VALUES);
  const share = tf.div(said, tf.add(said, lambda));
  const noisy = tf.sqrt(tf.minimum(1, tf.div(noise, tf.sqrt(tf.maximum(said, 1e-6)))));

  const [first, ...rest] = layers;
  const [last] = rest.splice(-1);
  const start = convolve(tf.concat([drawing, expected, share, noisy], 1), first!);
  const seen = rest.reduce((image, layer) => tf.add(image, convolve(swish(image), layer)), start);
  const [change, logarithm] = tf.split(convolve(swish(seen), last!), 2, 1) as [Tensor, Tensor];
  return {
    signal: enlarge(tf.add(drawing, change)),
    deviation: tf.exp(enlarge(tf.clipByValue(tf.add(logarithm, USUAL_LOGARITHM), -12, 0))),
  };
}

/** U, its adjoint, and the drawing of least squares of an image. */
function drawingOf(drawnSize: number, size: number) {
  if (drawnSize === size) return { enlarge: same, adjoint: same, inverse: same };
  const weights = bilinearWeights(drawnSize, size);
  const matrix = Matrix.from1DArray(drawnSize, size, weights as unknown as number[]);
  const transposed = Float32Array.from(matrix.transpose().to1DArray());
  const inverted = Float32Array.from(pseudoInverse(matrix).to1DArray());
  return {
    enlarge: (drawing: Tensor) => resampled(drawing, weights, size),
    adjoint: (image: Tensor) => resampled(image, transposed, drawnSize),
    inverse: (image: Tensor) => resampled(image, inverted, drawnSize),
  };
}

const same = (image: Tensor): Tensor => image;

/** `denoise` of pictures whose noise is told from them. */
export async function denoised(
  denoiser: Denoiser,
  { observation, observed, signal, distortion }: Sketch<Float32NdArray>,
  device: Device,
): Promise<Denoised<Float32NdArray>> {
  const levels = Float32Array.from(noiseLevels(observation, observed));
  const noise = float32([levels.length, 1, 1, 1], levels);
  const given = { observation, ...(observed && { observed }), signal, distortion, noise };
  const program = await compile(
    ({ noise, ...sketch }: Sketch<Tensor> & { noise: Tensor }) =>
      denoise({ ...denoiser, layers: denoiser.layers.map(ofConstants) }, sketch, noise),
    given,
    { device },
  );
  const found = await program.run(given);
  await program.dispose();
  return found as Denoised<Float32NdArray>;
}

const ofConstants = ({ weight, bias }: Convolution<Float32NdArray>): Convolution<Tensor> => ({
  weight: constant(weight),
  bias: constant(bias),
});
