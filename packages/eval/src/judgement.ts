// The judgement of one batch: every estimate of every pair compared with the truth.
import { atBestScale, type Factor, type Float32NdArray, float32, imageAt } from '@blind-demod/arrays';
import { refine, type SolverSettings } from '@blind-demod/demod-core';
import type { Observations } from './batches.js';
import { type Facts, factsOf } from './facts.js';
import { type Scores, scoreAtBestScale } from './metrics/scores.js';
import type { Recovery } from './recoveries.js';

/**
 * What is compared with which factor: the observation y as it is (doing nothing), the generator's image G1(h),
 * the observation divided by the recovered distortion, and that distortion, as the solver found it.
 */
export const ESTIMATES = {
  observation: 'signal',
  generator: 'signal',
  refined: 'signal',
  distortion: 'distortion',
} as const satisfies Record<string, Factor>;
export type Estimate = keyof typeof ESTIMATES;
export const ESTIMATE_NAMES = Object.keys(ESTIMATES) as Estimate[];

export interface Judgement {
  /** The solver's objective where it ended. */
  readonly objective: number;
  /** The objective before each iteration. */
  readonly trace: Float32Array;
  /** In [0, 1]: how much the solver trusts what it found. */
  readonly confidence: number;
  readonly scores: Readonly<Record<Estimate, Scores>>;
  readonly facts: Facts;
  readonly images: JudgedImages;
}

/** What is kept of every pair: all but its images. */
export type Judged = Omit<Judgement, 'images'>;

/** Each [channels, size, size]; the estimates at their best scale. */
export interface JudgedImages {
  readonly observation: Float32NdArray;
  readonly estimates: Readonly<Record<Estimate, Float32NdArray>>;
  readonly truth: Readonly<Record<Factor, Float32NdArray>>;
}

/** The judgement of each of n pairs. */
export function judge(
  observations: Observations,
  recovery: Recovery,
  refinement: SolverSettings['refinement'],
): Judgement[] {
  const estimates: Record<Estimate, Float32NdArray> = {
    observation: observations.observation,
    generator: recovery.signal,
    refined: refine({ ...recovery, observation: observations.observation }, refinement).signal,
    distortion: recovery.distortion,
  };
  return Array.from(recovery.objective.data, (objective, index) => {
    const truth = {
      signal: imageAt(observations.signal, index),
      distortion: imageAt(observations.distortion, index),
    };
    const each = <T>(fn: (estimate: Float32NdArray, truth: Float32NdArray) => T) =>
      Object.fromEntries(
        ESTIMATE_NAMES.map(name => [name, fn(imageAt(estimates[name], index), truth[ESTIMATES[name]])]),
      ) as Record<Estimate, T>;
    const observation = imageAt(observations.observation, index);
    const recovered = {
      signal: imageAt(recovery.signal, index),
      distortion: imageAt(recovery.distortion, index),
    };
    return {
      objective,
      // Copied: what is kept of a pair must not keep its batch in memory.
      trace: imageAt(recovery.trace, index).data.slice(),
      confidence: recovery.confidence.data[index]!,
      scores: each(scoreAtBestScale),
      facts: factsOf({
        observation,
        truth,
        recovered,
        restartObjectives: imageAt(recovery.restartObjectives, index).data,
      }),
      images: {
        observation,
        estimates: each(({ shape, data }, { data: aim }) => float32(shape, atBestScale(data, aim))),
        truth,
      },
    };
  });
}
