// The refined estimates: the product model holds exactly, so the observation divided by the recovered distortion keeps
// detail of the signal that no generator has.

import { type Float32NdArray, float32, gaussianBlur } from '@blind-demod/arrays';
import { DARKEST } from './average.js';
import type { Denoised } from './denoiser.js';
import { noiseLevels } from './noise.js';
import type { SolverSettings } from './settings.js';

/** What is known of n pairs, all of shape [n, channels, height, width]. */
export interface Refinable {
  readonly observation: Float32NdArray;
  /** 1 where a pixel was observed, 0 where it is missing. */
  readonly observed?: Float32NdArray | undefined;
  /** As the solver found them. */
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  /** What a denoiser makes of the signal: it stands in for `signal`. */
  readonly denoised?: Denoised<Float32NdArray> | undefined;
  /** How far the distortion may be wrong; not at all, when absent. */
  readonly distortionDeviation?: Float32NdArray | undefined;
}

/** Both factors. */
export interface Refined {
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  /**
   * The standard deviation of each pixel of the signal: the denoiser's, which knows the errors of training pairs; without one,
   * from the noise, the distortion's deviation and the generator's.
   */
  readonly signalDeviation: Float32NdArray;
}

/** Pixels over which a generator misplaces the edge of a stroke. */
const MISPLACEMENT = 1;
/** Added to B (1 − B) for what is wrong where all around is black or white: an error of detail/20. */
const FLOOR = 1 / 400;
/** The share of a picture, root mean square, that a denoiser may leave unexplained before there is detail that it does not know. */
const UNEXPLAINED = 0.02;
/** The least noise: the standard deviation of rounding to the steps of an 8-bit picture. */
const ROUNDING = 1 / 255 / Math.sqrt(12);
/**
 * A denoiser's deviations are of errors at the scale that was found, which a product does not tell. At the best scale so much of
 * them holds nine in ten pixels of training pairs.
 */
const AT_BEST_SCALE = 0.7;
/** How far the noise that is told may be below what there is. */
const NOISE_MARGIN = 1.1;

/**
 * The distortion, smoothed; and with it the signal (x̂ y + λ ŵ) / (x̂² + λ), clipped to [0, 1]: the minimiser at each
 * pixel of (y − w x̂)² + λ (w − ŵ)², where a pixel says the less the darker x̂ is there, and nothing if it is missing.
 *
 * - Distortions are smooth and what a generator adds to them, a checkerboard of its transposed convolutions, is not.
 *   Smoothing is by a Gaussian of their logarithm: shading differs by factors, and a Gaussian bump keeps its shape.
 * - λ = regularisation + (σ/s)²: σ is the noise of the observation, estimated from it, and s the standard deviation of
 *   ŵ − w. G1 draws black and white well and misplaces edges, so s² = detail² (B (1 − B) + 1/400), B being ŵ blurred: a share
 *   of the variance of a pixel that is white with probability B.
 * - A denoiser's signal is ŵ, and stands as it is. But where its product with x̂ leaves more of the picture unexplained than
 *   noise and 2 % would, there is detail that it does not know, as in strokes finer than it draws: s² is then the variance of
 *   that, all over the picture, and λ is (σ/s)².
 *
 * @returns images like those given, with values from 0 to 1 in the signal.
 * @example
 * import { PAPER_SOLVER, refine } from '@blind-demod/demod-core';
 * import { float32 } from '@blind-demod/jit';
 *
 * const grey = value => float32([1, 1, 8, 8], new Float32Array(64).fill(value));
 * const { signal } = refine({ observation: grey(0.4), signal: grey(0.7), distortion: grey(0.5) }, PAPER_SOLVER.refinement);
 * console.log(signal.data[0].toFixed(2)); // 0.80
 */
export function refine(
  { observation, observed, signal, distortion, denoised, distortionDeviation }: Refinable,
  { smoothing, regularisation, detail }: SolverSettings['refinement'],
): Refined {
  const logarithm = distortion.data.map(value => Math.log(Math.max(value, DARKEST)));
  const smooth =
    smoothing === 0
      ? distortion.data
      : gaussianBlur(float32(distortion.shape, logarithm), smoothing).data.map(Math.exp);
  const noise = noiseLevels(observation, observed);
  const pixels = observation.data.length / noise.length;
  const light = smooth.map((x, i) => (observed?.data[i] === 0 ? 0 : x));
  const { signal: expected, deviation: spread } = denoised
    ? withDetail(denoised, observation, light, noise)
    : ofGenerator(signal, detail);
  const refined = new Float32Array(observation.data.length);
  const deviations = light.map((x, i) => {
    const [sigma, s] = [noise[Math.floor(i / pixels)]!, spread.data[i]!];
    if (s === 0) {
      refined[i] = within01(expected.data[i]!);
      return AT_BEST_SCALE * denoised!.deviation.data[i]!;
    }
    const lambda = denoised ? (sigma ** 2 + ROUNDING ** 2) / s ** 2 : regularisation + (sigma / s) ** 2;
    const weight = x * x + lambda;
    refined[i] = within01((x * observation.data[i]! + lambda * expected.data[i]!) / weight);
    const ofDistortion = x * refined[i]! * (distortionDeviation?.data[i] ?? 0);
    return Math.hypot(x * sigma, ofDistortion, lambda * s) / weight;
  });
  return {
    signal: float32(observation.shape, refined),
    distortion: float32(distortion.shape, smooth),
    signalDeviation: float32(observation.shape, deviations),
  };
}

/** A generator's image, and how far it may be wrong. */
function ofGenerator(signal: Float32NdArray, detail: number): Denoised<Float32NdArray> {
  const blurred = gaussianBlur(signal, MISPLACEMENT);
  const deviation = blurred.data.map(value => {
    const white = Math.min(1, Math.max(0, value));
    return detail * Math.sqrt(white * (1 - white) + FLOOR);
  });
  return { signal, deviation: float32(signal.shape, deviation) };
}

/** A denoised signal, and the size of the detail that it does not know: 0 for pictures that it explains. */
function withDetail(
  { signal }: Denoised<Float32NdArray>,
  { data: y }: Float32NdArray,
  light: Float32Array,
  noise: readonly number[],
): Denoised<Float32NdArray> {
  const pixels = y.length / noise.length;
  const deviation = new Float32Array(y.length);
  for (const [row, sigma] of noise.entries()) {
    let [seen, unexplained, picture, bright] = [0, 0, 0, 0];
    for (let i = row * pixels; i < (row + 1) * pixels; i++) {
      const x = light[i]!;
      if (x === 0) continue;
      seen += 1;
      unexplained += (y[i]! - x * within01(signal.data[i]!)) ** 2;
      picture += y[i]! ** 2;
      bright += x * x;
    }
    const detail = unexplained - seen * (NOISE_MARGIN * sigma) ** 2 - UNEXPLAINED ** 2 * picture;
    deviation.fill(detail > 0 ? Math.sqrt(detail / bright) : 0, row * pixels, (row + 1) * pixels);
  }
  return { signal, deviation: float32(signal.shape, deviation) };
}

const within01 = (value: number): number => Math.min(1, Math.max(0, value));
