// The refined estimates: the product model holds exactly, so the observation divided by the recovered distortion keeps
// detail of the signal that no generator has.
import { type Float32NdArray, float32, type SolverSettings } from '@blind-demod/experiment';
import { gaussianBlur } from './blur.js';
import { noiseLevels } from './noise.js';

/** What is known of n pairs, all of shape [n, channels, height, width]. */
export interface Refinable {
  readonly observation: Float32NdArray;
  /** 1 where a pixel was observed, 0 where it is missing. */
  readonly observed?: Float32NdArray | undefined;
  /** G1(h) and G2(m). */
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
}

/** Values of a distortion below this count as this: it is the finest step of an 8-bit picture. */
const DARKEST = 1 / 255;

/**
 * The distortion, smoothed; and with it the signal (x̂ y + λ ŵ) / (x̂² + λ), clipped to [0, 1]: the minimiser at each
 * pixel of (y − w x̂)² + λ (w − ŵ)², where a pixel says the less the darker x̂ is there, and nothing if it is missing.
 *
 * - Distortions are smooth and what a generator adds to them, a checkerboard of its transposed convolutions, is not.
 *   Smoothing is by a Gaussian of their logarithm: shading differs by factors, and a Gaussian bump keeps its shape.
 * - λ = regularisation + (σ/detail)²: σ is the noise of the observation, estimated from it, and detail the standard
 *   deviation of what G1 cannot draw.
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
  const lambdas = noiseLevels(observation, observed).map(noise => regularisation + (noise / detail) ** 2);
  const pixels = observation.data.length / lambdas.length;
  const refined = observation.data.map((y, i) => {
    const x = observed?.data[i] === 0 ? 0 : smooth[i]!;
    const lambda = lambdas[Math.floor(i / pixels)]!;
    return Math.min(1, Math.max(0, (x * y + lambda * signal.data[i]!) / (x * x + lambda)));
  });
  return {
    signal: float32(observation.shape, refined),
    distortion: float32(distortion.shape, smooth),
  };
}
