// What is given of n problems: the pictures, which of their pixels were seen, and how noisy they are.
import { type Float32NdArray, float32, takeRows } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { noiseLevels } from './noise.js';
import type { SolverSettings } from './settings.js';

/** y of n problems, and which of its pixels were seen. */
export interface Problem<T> {
  /** y = w ⊙ x, or s · w ⊙ x + b where the exposure s and the black level b are to be found; [n, ...imageShape]. */
  readonly observation: T;
  /** Like it: 1 where a pixel was observed, 0 where it is missing. All were, when absent. */
  readonly observed?: T;
  /** The standard deviation of the noise of each, [n, 1, …]. Not to be minded, when absent. */
  readonly noise?: T;
}

/** With the noise that the pictures show, where it is to be found; what has no height and width shows none. */
export function withNoise(
  problem: Problem<Float32NdArray>,
  { noise }: Pick<SolverSettings, 'noise'>,
): Problem<Float32NdArray> {
  if (noise === undefined || problem.observation.shape.length !== 4) return problem;
  const levels = Float32Array.from(noiseLevels(problem.observation, problem.observed));
  const shape = problem.observation.shape.map((length, axis) => (axis === 0 ? length : 1));
  return { ...problem, noise: float32(shape, levels) };
}

/** Some of the problems. */
export const takeProblems = (
  { observation, observed, noise }: Problem<Float32NdArray>,
  rows: readonly number[],
): Problem<Float32NdArray> => ({
  observation: takeRows(observation, rows),
  ...(observed && { observed: takeRows(observed, rows) }),
  ...(noise && { noise: takeRows(noise, rows) }),
});

/** Standard deviations of the noise within which a residual counts by its square. */
const WITHIN = 2;

/** δ, beyond which a residual counts by its size: as the settings have it, and beyond what noise makes alone. */
export const turningPoint = (robustness: number, noise: Tensor | undefined): Tensor =>
  noise === undefined
    ? tf.scalar(robustness)
    : tf.sqrt(tf.add(tf.square(tf.mul(noise, WITHIN)), robustness ** 2));
