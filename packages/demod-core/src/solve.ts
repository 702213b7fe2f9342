// The solver: several starting points per observation, Algorithm 1 and a polish
// from each, and the one that ended at the least objective is kept.

import { type Float32NdArray, takeRows } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { averageDistortion } from './average.js';
import { confidenceOf } from './confidence.js';
import { misfit, type Problem, priorTerm } from './misfit.js';
import { polishCodes } from './polish.js';
import { type GenerativePrior, imagesOf } from './prior.js';
import {
  bestStarts,
  DivergedError,
  medianOfBest,
  rowsOfCodes,
  type SearchOptions,
  search,
} from './search.js';
import type { SolverSettings } from './settings.js';
import { type Codes, chooseStarts } from './starts.js';

/** How `solve` searches. */
export interface SolveOptions extends SearchOptions {
  readonly seed: number;
  readonly device: Device;
  readonly settings: SolverSettings;
  /** Number of the first observation: the i-th starts from points that depend on seed and first + i alone. */
  readonly first?: number;
  /** Codes of `restarts` starts for each observation, side by side; those of `chooseStarts` when absent. */
  readonly starts?: Codes | undefined;
  /** Like the observations: 1 where a pixel was observed, 0 where it is missing. */
  readonly observed?: Float32NdArray | undefined;
}

/** What was found for n observations. */
export interface Recovery {
  /**
   * G1(h) and G2(m) of the start that was kept, like the observations. Their product is determined, their scale is not.
   * With `averaging`, the distortion is a mean over the starts.
   */
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  /** Of the start that was kept, [n, latent dimension]. */
  readonly signalCode: Float32NdArray;
  readonly distortionCode: Float32NdArray;
  /** What was minimised, ½ mean (ŵ ⊙ x̂ − y)² by the paper, where the start that was kept ended, [n]. */
  readonly objective: Float32Array;
  /** The same where every start ended, [n × restarts], an observation's side by side. */
  readonly restartObjectives: Float32Array;
  /** How far each recovery is to be trusted, [n], from 0 to 1: see `confidenceOf`. */
  readonly confidence: Float32Array;
  /** The objective before each iteration, [n] each, of the start that was kept. */
  readonly trace: readonly Float32Array[];
  readonly iterations: number;
}

/**
 * Recovers both factors of each observation y = w ⊙ x.
 *
 * @param observations [n, ...imageShape] of both priors.
 * @throws DivergedError if the search diverges, TypeError if shapes do not fit, UserError if the device does not work here.
 * @see Algorithm 1 of Hand and Joshi (NeurIPS 2019), https://arxiv.org/abs/1910.04353
 * @example
 * import { PAPER_SOLVER, randomReluPrior, solve } from '@blind-demod/demod-core';
 * import { float32 } from '@blind-demod/jit';
 *
 * const prior = name => randomReluPrior({ widths: [2, 20, 100], seed: 1, name });
 * const observations = float32([3, 100], new Float32Array(300).fill(0.5));
 * const options = { settings: { ...PAPER_SOLVER, iterations: 20 }, seed: 1, device: 'cpu' };
 * const { signal, signalCode, objective } = await solve(prior('signal'), prior('distortion'), observations, options);
 * console.log(signal.shape, signalCode.shape, objective.length); // [ 3, 100 ] [ 3, 2 ] 3
 */
export async function solve(
  signalPrior: GenerativePrior,
  distortionPrior: GenerativePrior,
  observations: Float32NdArray,
  { seed, first, observed, starts: given, ...options }: SolveOptions,
): Promise<Recovery> {
  const { restarts, polish, averaging } = options.settings;
  const priors = [signalPrior, distortionPrior] as const;
  for (const { imageShape } of priors) checkShape('observations', observations, imageShape);
  if (observed) checkShape('a mask', observed, signalPrior.imageShape);
  const rowOfEachStart = Array.from({ length: observations.shape[0]! * restarts }, (_, start) =>
    Math.floor(start / restarts),
  );
  const problem: Problem<Float32NdArray> = {
    observation: takeRows(observations, rowOfEachStart),
    ...(observed && { observed: takeRows(observed, rowOfEachStart) }),
  };

  const starts =
    given ??
    (await chooseStarts(
      priors,
      { observation: observations, ...(observed && { observed }) },
      { ...options, seed, first },
    ));
  const found = await search(priors, problem, starts, options);
  const { trace } = found;
  const codes =
    polish === undefined
      ? found.codes
      : await polishCodes(priors, problem, found.codes, {
          ...options,
          evaluations: polish,
          onEvaluation: (done, values, reached) =>
            options.onIteration?.({
              done: trace.length + done,
              total: trace.length + polish,
              objective: medianOfBest(values, restarts),
              codes: async () => rowsOfCodes(reached(), bestStarts(values, restarts)),
            }),
        });
  const final = await imagesAndObjective(priors, problem, codes, options);
  const kept = bestStarts(final.objective, restarts);
  if (!kept.every(row => Number.isFinite(final.objective[row]))) {
    throw new DivergedError('at its last iteration', options.settings);
  }
  return {
    signal: takeRows(final.signal, kept),
    distortion:
      averaging === undefined
        ? takeRows(final.distortion, kept)
        : averageDistortion(problem, final.distortion, final.objective, { kept, averaging }),
    signalCode: takeRows(codes.signal, kept),
    distortionCode: takeRows(codes.distortion, kept),
    objective: ofRows(final.objective, kept),
    restartObjectives: final.objective,
    confidence: confidenceOf(problem, final, kept),
    trace: trace.map(objectives => ofRows(objectives, kept)),
    iterations: trace.length,
  };
}

/** G1(h), G2(m) and the objective of every start. */
async function imagesAndObjective(
  [signalPrior, distortionPrior]: readonly [GenerativePrior, GenerativePrior],
  problem: Problem<Float32NdArray>,
  codes: Codes,
  { settings, device }: SearchOptions,
) {
  const program = await compile(
    (input: { problem: Problem<Tensor>; codes: { signal: Tensor; distortion: Tensor } }) => {
      const signal = imagesOf(signalPrior.forward(input.codes.signal));
      const distortion = imagesOf(distortionPrior.forward(input.codes.distortion));
      const { value } = misfit(signal, distortion, input.problem, settings);
      const prior = priorTerm(input.codes.signal, input.codes.distortion, settings);
      return { signal, distortion, objective: tf.add(value, prior) };
    },
    { problem, codes: { signal: codes.signal, distortion: codes.distortion } },
    { device },
  );
  const { signal, distortion, objective } = await program.run({ problem, codes });
  await program.dispose();
  return {
    signal: signal as Float32NdArray,
    distortion: distortion as Float32NdArray,
    objective: objective.data as Float32Array,
  };
}

function checkShape(what: string, array: Float32NdArray, imageShape: readonly number[]): void {
  if (`${array.shape.slice(1)}` !== `${imageShape}`) {
    throw new TypeError(`expected ${what} of shape [${imageShape}], got [${array.shape.slice(1)}]`);
  }
}

const ofRows = (values: Float32Array, rows: readonly number[]): Float32Array =>
  Float32Array.from(rows, row => values[row]!);
