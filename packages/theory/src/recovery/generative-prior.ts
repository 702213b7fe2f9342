// The generative prior: w and x are in the ranges of two random ReLU networks. Algorithm 1 recovers many pairs at once.

import {
  type ByFactor,
  byFactor,
  type Float32NdArray,
  float32,
  norm,
  normalised,
  type RandomStream,
  rowOf,
  scaled,
} from '@blind-demod/arrays';
import {
  type GenerativePrior,
  imagesOf,
  PAPER_SOLVER,
  randomReluPrior,
  type SolverSettings,
  solve,
} from '@blind-demod/demod-core';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImagePair } from './errors.js';

/** How Algorithm 1 is run here. The objective is steep in codes of a few entries, so the step has to be small. */
export interface GenerativeSolver {
  readonly iterations: number;
  readonly restarts: number;
  readonly stepSize: number;
}

/** Two random networks of the same widths, which the seed and `name` decide. */
export function randomPriors(
  widths: readonly number[],
  seed: number,
  name: string,
): ByFactor<GenerativePrior> {
  return byFactor(factor => randomReluPrior({ widths, seed, name: `${name}, ${factor}` }));
}

/** Images of random codes. All codes have the length √n, as a factor's scale is undetermined. */
export async function randomImages(
  prior: GenerativePrior,
  count: number,
  random: RandomStream,
  device: Device,
): Promise<Float64Array[]> {
  const n = prior.latentDimension;
  const codes = new Float32Array(count * n);
  for (let row = 0; row < count; row++) {
    const code = normalised(Float64Array.from({ length: n }, () => random.normal()));
    codes.set(scaled(code, Math.sqrt(n)), row * n);
  }
  const input = { codes: float32([count, n], codes) };
  const program = await compile((given: { codes: Tensor }) => imagesOf(prior.forward(given.codes)), input, {
    device,
  });
  const images = await program.run(input);
  await program.dispose();
  return rowsOf(images as Float32NdArray);
}

/**
 * Recovers both factors of each observation [ℓ], each up to a scale, their product with the right one. From an
 * observation of zeros nothing can be recovered: its factors are zeros.
 *
 * The observations are divided by their mean square first. The networks are homogeneous, so this only scales the codes.
 * The objective's curvature, about mean(y²)/n where ‖h‖ = ‖m‖ = √n, becomes 1/n for every pair of networks, so one step
 * size suits them all.
 */
export async function recoverFromRanges(
  priors: ByFactor<GenerativePrior>,
  observations: readonly Float64Array[],
  { solver, seed, device }: { solver: GenerativeSolver; seed: number; device: Device },
): Promise<ImagePair[]> {
  const measurements = observations[0]!.length;
  const estimates: ImagePair[] = observations.map(() => byFactor(() => new Float64Array(measurements)));
  const solvable = [...observations.keys()].filter(index => norm(observations[index]!) > 0);
  if (solvable.length === 0) return estimates;

  const squares = solvable.reduce((sum, index) => sum + norm(observations[index]!) ** 2, 0);
  const scale = (solvable.length * measurements) / squares;
  const data = new Float32Array(solvable.length * measurements);
  solvable.forEach((index, row) => {
    data.set(scaled(observations[index]!, scale), row * measurements);
  });
  const found = await solve(
    priors.signal,
    priors.distortion,
    float32([solvable.length, measurements], data),
    { settings: { ...ALGORITHM_1, ...solver }, seed, device },
  );
  const [signals, distortions] = [rowsOf(found.signal), rowsOf(found.distortion)];
  solvable.forEach((index, row) => {
    estimates[index] = { signal: scaled(signals[row]!, 1 / scale), distortion: distortions[row]! };
  });
  return estimates;
}

const ALGORITHM_1: SolverSettings = {
  ...PAPER_SOLVER,
  momentumOnFlip: 'reset',
  momentumOnBalance: 'scale',
};

const rowsOf = (array: Float32NdArray): Float64Array[] =>
  Array.from({ length: array.shape[0]! }, (_, row) => Float64Array.from(rowOf(array, row)));
