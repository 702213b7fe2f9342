// Which part of the solver does what: the same training pairs solved again and again, with one thing changed each time.

import {
  atBestScale,
  type Distribution,
  distribution,
  type Factor,
  type Float32NdArray,
  imageAt,
} from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';
import { generatorPrior } from '@blind-demod/dcgan';
import {
  DivergedError,
  PAPER_SOLVER,
  type Recovery,
  refine,
  type SolverSettings,
  solve,
} from '@blind-demod/demod-core';
import type { FactorImages } from '@blind-demod/distortion-data';
import type { Experiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';
import { inBatches, type Observations, observe } from './batches.js';
import { psnr } from './metrics/psnr.js';
import { errorAtBestScale, errorWhereSeen } from './metrics/relative-error.js';
import { heldOutPairs } from './pairs.js';

/** A solver that differs from another in what its name says. */
export interface Variant {
  readonly name: string;
  readonly solver: SolverSettings;
}

type Score = 'distortion' | 'distortionWhereSeen' | 'generatorPsnr' | 'refinedPsnr';
type PairScores = Readonly<Record<Score, number>>;

export interface AblationRow {
  readonly name: string;
  /** Absent when the search diverged. */
  readonly scores?: Readonly<Record<Score, Distribution>>;
  /** Of solving, for each pair. */
  readonly seconds: number;
}

/**
 * The paper's solver, and what the paper leaves open or what is asked of its parts, one at a time.
 *
 * @param values how many numbers an image is: pixels times channels.
 * @param refinement of all of them.
 */
export function paperVariants(values: number, refinement: SolverSettings['refinement']): Variant[] {
  const paper = { ...PAPER_SOLVER, refinement };
  const changes: Record<string, Partial<SolverSettings>> = {
    'the paper’s solver': {},
    'sum over pixels in place of the mean': { stepSize: paper.stepSize * values },
    'momentum flips with its code': { momentumOnFlip: 'flip' },
    'momentum starts anew at a flip': { momentumOnFlip: 'reset' },
    'momentum rescaled with its code': { momentumOnBalance: 'scale' },
    'no momentum': { momentum: 0 },
    'starts at the nearest of 256² drawn pairs': { draws: 256 },
    'no sign check': { signCheck: false },
    'no balance': { balance: false },
    'step size 3': { stepSize: 3 },
    'step size 10': { stepSize: 10 },
    'step size 30': { stepSize: 30 },
  };
  return Object.entries(changes).map(([name, change]) => ({ name, solver: { ...paper, ...change } }));
}

/** A solver, and the same with each of its departures from the paper taken back alone. */
export function departures(solver: SolverSettings): Variant[] {
  const withoutRobustness = ({ robustness: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutPolish = ({ polish: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutAveraging = ({ averaging: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutDraws = ({ draws: _, ...rest }: SolverSettings): SolverSettings => rest;
  const { smoothing } = solver.refinement;
  const candidates: Variant[] = [
    { name: 'squares, not robust', solver: withoutRobustness(solver) },
    { name: 'starts at random', solver: withoutDraws(solver) },
    { name: 'one start', solver: { ...solver, restarts: 1 } },
    { name: 'the best start alone', solver: withoutAveraging(solver) },
    { name: 'no polish', solver: withoutPolish(solver) },
    {
      name: 'no polish, 300 iterations more',
      solver: { ...withoutPolish(solver), iterations: solver.iterations + 300 },
    },
    { name: 'no sign check', solver: { ...solver, signCheck: false } },
    { name: 'no balance', solver: { ...solver, balance: false } },
    { name: 'half the step size', solver: { ...solver, stepSize: solver.stepSize / 2 } },
    { name: 'twice the step size', solver: { ...solver, stepSize: solver.stepSize * 2 } },
    { name: 'twice the iterations', solver: { ...solver, iterations: 2 * solver.iterations } },
    ...(solver.polish === undefined
      ? []
      : [
          { name: 'half the polish', solver: { ...solver, polish: Math.ceil(solver.polish / 2) } },
          { name: 'twice the polish', solver: { ...solver, polish: 2 * solver.polish } },
        ]),
    { name: 'no prior term', solver: { ...solver, latentPenalty: 0 } },
    { name: 'ten times the prior term', solver: { ...solver, latentPenalty: solver.latentPenalty * 10 } },
    ...[0, 2 * smoothing].map(pixels => ({
      name: `smoothing of ${pixels} pixels`,
      solver: { ...solver, refinement: { ...solver.refinement, smoothing: pixels } },
    })),
  ];
  return [
    { name: 'the configured solver', solver },
    ...candidates.filter(variant => JSON.stringify(variant.solver) !== JSON.stringify(solver)),
    { name: 'the paper’s solver', solver: { ...PAPER_SOLVER, refinement: solver.refinement } },
  ];
}

export interface AblationInput {
  readonly generators: Readonly<Record<Factor, Generator>>;
  readonly images: Readonly<Record<Factor, FactorImages>>;
  readonly device: Device;
  /** How many pairs of training images. */
  readonly count: number;
  readonly onRow?: (row: AblationRow) => void;
  /** The share of a variant's work that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Solves the same `count` pairs of *training* images with every variant, so that settings can be chosen without a look
 * at the test images. Distortions are judged by their relative error, over the whole image and where the signal shows them.
 *
 * @throws UserError when the device does not work; a search that diverges is a row without scores.
 */
export async function ablate(
  { seed, evaluation }: Experiment,
  variants: readonly Variant[],
  { generators, images, device, count, onRow, onProgress }: AblationInput,
): Promise<AblationRow[]> {
  const sets = { signal: images.signal.train, distortion: images.distortion.train };
  const batches = inBatches(heldOutPairs(seed, sets, count), evaluation.batchSize);
  const priors = [generatorPrior(generators.signal), generatorPrior(generators.distortion)] as const;
  const rows: AblationRow[] = [];
  for (const { name, solver } of variants) {
    let seconds = 0;
    const scores: PairScores[] = [];
    try {
      for (const { index, first, pairs } of batches) {
        const truth = observe(sets, pairs);
        const start = performance.now();
        const recovery = await solve(...priors, truth.observation, {
          settings: solver,
          seed,
          first,
          device,
          onIteration: ({ done, total }) => onProgress?.((index + done / total) / batches.length),
        });
        seconds += (performance.now() - start) / 1000 / count;
        scores.push(...scoresOf(recovery, truth, solver));
      }
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
    }
    const row = { name, seconds, ...(scores.length === count && { scores: distributionsOf(scores) }) };
    rows.push(row);
    onRow?.(row);
  }
  return rows;
}

/** The scores of each pair of a batch. */
function scoresOf(recovery: Recovery, truth: Observations, { refinement }: SolverSettings): PairScores[] {
  const refined = refine({ ...recovery, observation: truth.observation }, refinement);
  const quality = (estimate: Float32Array, aim: Float32Array) => psnr(atBestScale(estimate, aim), aim);
  return Array.from(recovery.objective, (_, pair) => {
    const at = (images: Float32NdArray) => imageAt(images, pair).data;
    const [signal, distortion] = [at(truth.signal), at(truth.distortion)];
    return {
      distortion: errorAtBestScale(at(refined.distortion), distortion),
      distortionWhereSeen: errorWhereSeen(at(refined.distortion), distortion, signal),
      generatorPsnr: quality(at(recovery.signal), signal),
      refinedPsnr: quality(at(refined.signal), signal),
    };
  });
}

const distributionsOf = (scores: readonly PairScores[]): Record<Score, Distribution> => {
  const of = (score: Score) => distribution(scores.map(pair => pair[score]));
  return {
    distortion: of('distortion'),
    distortionWhereSeen: of('distortionWhereSeen'),
    generatorPsnr: of('generatorPsnr'),
    refinedPsnr: of('refinedPsnr'),
  };
};
