// The solver: several starting points per observation, Algorithm 1 and a polish
// from each, and the one that ended at the least objective is kept.

import { type Float32NdArray, float32, takeRows } from '@blind-demod/arrays';
import type { Device } from '@blind-demod/jit';
import { averageDistortion } from './average.js';
import { atUnitExposure, type Levels, levelsIn } from './levels.js';
import { polishCodes } from './polish.js';
import type { GenerativePrior, Priors } from './prior.js';
import { type Problem, takeProblems, withNoise } from './problem.js';
import { levelsOfStarts, type Rendered, render } from './rendered.js';
import {
  bestStarts,
  DivergedError,
  medianOfBest,
  rowsOfCodes,
  type SearchOptions,
  search,
} from './search.js';
import type { SolverSettings } from './settings.js';
import { type Codes, chooseStarts, type Encoder } from './starts.js';
import { solveTogether } from './together.js';

/** How `solve` searches. */
export interface SolveOptions extends SearchOptions {
  readonly seed: number;
  readonly device: Device;
  readonly settings: SolverSettings;
  /** Number of the first observation: the i-th starts from points that depend on seed and first + i alone. */
  readonly first?: number;
  /** Codes of `restarts` starts for each observation, side by side; those of `chooseStarts` when absent. */
  readonly starts?: Codes | undefined;
  /** Of the two priors, for learned starts. */
  readonly encoder?: Encoder | undefined;
  /** Like the observations: 1 where a pixel was observed, 0 where it is missing. */
  readonly observed?: Float32NdArray | undefined;
  /** How many observations, one after the other, are of the same distortion; 1 when absent. */
  readonly group?: number | undefined;
}

/** What was found for n observations, y = s · w ⊙ x + b: s and b, [n], are 1 and 0 unless they were to be found. */
export interface Recovery extends Levels<Float32Array> {
  /**
   * G1(h) and G2(m) of the start that was kept, like the observations. Their product is determined, their scale is not.
   * With `averaging`, the distortion is a mean over the starts.
   */
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  /** The standard deviation of the distortions that were averaged, like them; 0 where the best start counts alone. */
  readonly spread: Float32NdArray;
  /** Of the start that was kept, [n, latent dimension]. */
  readonly signalCode: Float32NdArray;
  readonly distortionCode: Float32NdArray;
  /** What was minimised, ½ mean (ŵ ⊙ x̂ − y)² by the paper, where the start that was kept ended, [n]. */
  readonly objective: Float32Array;
  /** The same where every start ended, [n × restarts], an observation's side by side. */
  readonly restartObjectives: Float32Array;
  /** The objective before each iteration, [n] each, of the start that was kept. */
  readonly trace: readonly Float32Array[];
  readonly iterations: number;
}

/**
 * Recovers both factors of each observation y = w ⊙ x. Of a group of observations, yᵢ = wᵢ ⊙ x, each is solved alone first.
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
  { observed, group = 1, ...options }: SolveOptions,
): Promise<Recovery> {
  const priors = [signalPrior, distortionPrior] as const;
  for (const { imageShape } of priors) checkShape('observations', observations, imageShape);
  if (observed) checkShape('a mask', observed, signalPrior.imageShape);
  if (observations.shape[0]! % group !== 0) {
    throw new TypeError(`expected observations in groups of ${group}, got ${observations.shape[0]}`);
  }
  const problem = { observation: observations, ...(observed && { observed }) };
  if (group === 1) return (await solveEach(priors, problem, options)).recovery;

  const { iterations, polish = 0, together = 0 } = options.settings;
  const onIteration: SearchOptions['onIteration'] = progress =>
    options.onIteration?.({ ...progress, total: iterations + polish + together });
  const alone = await solveEach(priors, problem, { ...options, group, onIteration });
  return solveTogether(priors, problem, alone, { ...options, group });
}

/** What was found of observations one by one. */
export interface FoundAlone {
  readonly recovery: Recovery;
  /** A row for each start: the observation at the levels that the start found, and what it found. */
  readonly problem: Problem<Float32NdArray>;
  readonly codes: Codes;
  readonly rendered: Rendered;
}

async function solveEach(
  priors: Priors,
  given: Problem<Float32NdArray>,
  { starts: givenStarts, ...options }: Omit<SolveOptions, 'observed'>,
): Promise<FoundAlone> {
  const { restarts, polish, averaging } = options.settings;
  const starts = givenStarts ?? (await chooseStarts(priors, given, options));
  const units = await levelsOfStarts(priors, given, starts, options);
  const rowOfEachStart = Array.from({ length: given.observation.shape[0]! * restarts }, (_, start) =>
    Math.floor(start / restarts),
  );
  const atUnits = { ...given, observation: atUnitExposure(given.observation, units) };
  const problem = takeProblems(withNoise(atUnits, options.settings), rowOfEachStart);

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
  const rendered = await render(priors, problem, codes, options);
  const kept = bestStarts(rendered.objective, restarts);
  if (!kept.every(row => Number.isFinite(rendered.objective[row]))) {
    throw new DivergedError('at its last iteration', options.settings);
  }
  const seen = { ...problem, observation: atUnitExposure(problem.observation, rendered) };
  const best = takeRows(rendered.distortion, kept);
  const recovery: Recovery = {
    signal: takeRows(rendered.signal, kept),
    ...(averaging === undefined
      ? { distortion: best, spread: float32(best.shape, new Float32Array(best.data.length)) }
      : averageDistortion(seen, rendered.distortion, rendered.objective, { kept, averaging })),
    signalCode: takeRows(codes.signal, kept),
    distortionCode: takeRows(codes.distortion, kept),
    ...levelsIn(units, {
      exposure: ofRows(rendered.exposure, kept),
      blackLevel: ofRows(rendered.blackLevel, kept),
    }),
    objective: ofRows(rendered.objective, kept),
    restartObjectives: rendered.objective,
    trace: trace.map(objectives => ofRows(objectives, kept)),
    iterations: trace.length,
  };
  return { recovery, problem: seen, codes, rendered };
}

function checkShape(what: string, array: Float32NdArray, imageShape: readonly number[]): void {
  if (`${array.shape.slice(1)}` !== `${imageShape}`) {
    throw new TypeError(`expected ${what} of shape [${imageShape}], got [${array.shape.slice(1)}]`);
  }
}

const ofRows = (values: Float32Array, rows: readonly number[]): Float32Array =>
  Float32Array.from(rows, row => values[row]!);
