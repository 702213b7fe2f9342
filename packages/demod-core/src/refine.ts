// The refined estimates: the product model holds exactly, so the observation divided by the recovered distortion keeps
// detail of the signal that no generator has.

import { type Float32NdArray, float32, gaussianBlur } from '@blind-demod/arrays';
import { DARKEST } from './average.js';
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
}

/** Pixels over which a generator misplaces the edge of a stroke. */
const MISPLACEMENT = 1;
/** Added to B (1 − B) for what is wrong where all around is black or white: an error of detail/20. */
const FLOOR = 1 / 400;

/**
 * The distortion, smoothed; and with it the signal (x̂ y + λ ŵ) / (x̂² + λ), clipped to [0, 1]: the minimiser at each
 * pixel of (y − w x̂)² + λ (w − ŵ)², where a pixel says the less the darker x̂ is there, and nothing if it is missing.
 *
 * - Distortions are smooth and what a generator adds to them, a checkerboard of its transposed convolutions, is not.
 *   Smoothing is by a Gaussian of their logarithm: shading differs by factors, and a Gaussian bump keeps its shape.
 * - λ = regularisation + (σ/s)²: σ is the noise of the observation, estimated from it, and s the standard deviation of
 *   ŵ − w. G1 draws black and white well and misplaces edges, so s² = detail² (B (1 − B) + 1/400), B being ŵ blurred: a share
 *   of the variance of a pixel that is white with probability B.
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
  { observation, observed, signal, distortion }: Refinable,
  { smoothing, regularisation, detail }: SolverSettings['refinement'],
): { signal: Float32NdArray; distortion: Float32NdArray } {
  const logarithm = distortion.data.map(value => Math.log(Math.max(value, DARKEST)));
  const smooth =
    smoothing === 0
      ? distortion.data
      : gaussianBlur(float32(distortion.shape, logarithm), smoothing).data.map(Math.exp);
  const blurred = gaussianBlur(signal, MISPLACEMENT).data;
  const noise = noiseLevels(observation, observed);
  const pixels = observation.data.length / noise.length;
  const refined = observation.data.map((y, i) => {
    const x = observed?.data[i] === 0 ? 0 : smooth[i]!;
    const white = Math.min(1, Math.max(0, blurred[i]!));
    const variance = detail ** 2 * (white * (1 - white) + FLOOR);
    const lambda = regularisation + noise[Math.floor(i / pixels)]! ** 2 / variance;
    return Math.min(1, Math.max(0, (x * y + lambda * signal.data[i]!) / (x * x + lambda)));
  });
  return {
    signal: float32(observation.shape, refined),
    distortion: float32(distortion.shape, smooth),
  };
}
