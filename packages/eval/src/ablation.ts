// Which part of the solver does what: the same training pairs solved again and again, with one thing changed each time.

import type { ByFactor, Distribution } from '@blind-demod/arrays';
import type { Generators } from '@blind-demod/dcgan';
import type { TrainedDenoiser } from '@blind-demod/dcgan/node';
import { PAPER_SOLVER, ROBUST_SOLVER, type SolverSettings } from '@blind-demod/demod-core';
import type { FactorImages } from '@blind-demod/distortion-data';
import type { Experiment } from '@blind-demod/experiment';
import { chosenDevice, type Device } from '@blind-demod/jit';
import { searched } from './methods/search.js';
import { type MethodSummary, summariseScores } from './report/summary.js';
import { inBatches } from './trials/batches.js';
import { CLEAN, type Condition } from './trials/conditions.js';
import { drawPairs } from './trials/pairs.js';
import { readScores, runTrials } from './trials/run.js';
import { trialsIn } from './trials/store.js';

/** A solver that differs from another in what its name says. */
export interface Variant {
  readonly name: string;
  readonly solver: SolverSettings;
  /** Whether its signals are refined by division alone, though there is a denoiser. */
  readonly dividesAlone?: boolean;
}

export interface AblationRow {
  readonly name: string;
  /** Absent when the search diverged. Distortions are smoothed as for the refinement. */
  readonly scores?: {
    readonly distortion: Distribution;
    readonly distortionWhereSeen: Distribution;
    readonly generatorPsnr: Distribution;
    readonly refinedPsnr: Distribution;
  };
  /** Of solving, for each pair; absent when the search diverged. */
  readonly seconds?: number;
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
  return Object.entries(changes).map(([name, change]) => ({
    name,
    solver: { ...paper, ...change },
    dividesAlone: true,
  }));
}

const NO_DENOISER = 'no denoiser, division alone';

/** A solver, and the same with each of its departures from the paper taken back alone. */
export function departures(solver: SolverSettings): Variant[] {
  const withoutRobustness = ({ robustness: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutExposure = ({ exposure: _, blackLevel: __, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutBlackLevel = ({ blackLevel: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutPolish = ({ polish: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutAveraging = ({ averaging: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutMemory = ({ memory: _, ...rest }: SolverSettings): SolverSettings => rest;
  const withoutDraws = ({ draws: _, ...rest }: SolverSettings): SolverSettings => rest;
  const drawn = ({ starts: _, ...rest }: SolverSettings): SolverSettings => ({
    ...rest,
    draws: ROBUST_SOLVER.draws,
  });
  const drawnAsLong = {
    restarts: ROBUST_SOLVER.restarts,
    iterations: ROBUST_SOLVER.iterations,
    polish: ROBUST_SOLVER.polish,
    memory: ROBUST_SOLVER.memory,
  };
  const { smoothing } = solver.refinement;
  const candidates: Variant[] = [
    { name: 'squares, not robust', solver: withoutRobustness(solver) },
    { name: 'black level of 0', solver: withoutBlackLevel(solver) },
    { name: 'exposure of 1, black level of 0', solver: withoutExposure(solver) },
    ...(solver.starts === undefined
      ? [{ name: 'starts at random', solver: withoutDraws(solver) }]
      : [
          { name: 'starts at the nearest of 256² drawn pairs', solver: drawn(solver) },
          {
            name: 'the same, three starts, 30 iterations and 300 evaluations each',
            solver: { ...drawn(solver), ...drawnAsLong },
          },
        ]),
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
    { name: 'L-BFGS remembers 10 steps', solver: withoutMemory(solver) },
    { name: 'no prior term', solver: { ...solver, latentPenalty: 0 } },
    { name: 'ten times the prior term', solver: { ...solver, latentPenalty: solver.latentPenalty * 10 } },
    ...[0, 2 * smoothing].map(pixels => ({
      name: `smoothing of ${pixels} pixels`,
      solver: { ...solver, refinement: { ...solver.refinement, smoothing: pixels } },
    })),
  ];
  return [
    { name: 'the configured solver', solver },
    { name: NO_DENOISER, solver, dividesAlone: true },
    ...candidates.filter(variant => JSON.stringify(variant.solver) !== JSON.stringify(solver)),
    {
      name: 'the paper’s solver',
      solver: { ...PAPER_SOLVER, refinement: solver.refinement },
      dividesAlone: true,
    },
  ];
}

/** A solver of pictures that share a distortion, and the same with what it does to a group changed. */
export function groupVariants(solver: SolverSettings): Variant[] {
  const { together: _, ...withoutTogether } = solver;
  const { together = 0 } = solver;
  return [
    { name: 'the configured solver', solver },
    { name: 'the distortion that all agree on, no search together', solver: withoutTogether },
    { name: 'half the search together', solver: { ...solver, together: Math.ceil(together / 2) } },
    { name: 'twice the search together', solver: { ...solver, together: 2 * together } },
    { name: 'one start', solver: { ...solver, restarts: 1 } },
  ];
}

/** A solver of noisy pictures, and the same without what it does about noise. */
export function noiseVariants(solver: SolverSettings): Variant[] {
  const { noise: _, ...withoutNoise } = solver;
  return [
    { name: 'the configured solver', solver },
    { name: NO_DENOISER, solver, dividesAlone: true },
    { name: 'noise not minded', solver: withoutNoise },
    {
      name: 'ten times the robustness',
      solver: { ...withoutNoise, robustness: 10 * (solver.robustness ?? 0) },
    },
  ];
}

export interface AblationInput {
  readonly generators: Generators;
  /** Of the generators; none when absent. */
  readonly denoiser?: TrainedDenoiser | undefined;
  readonly images: ByFactor<FactorImages>;
  readonly device: Device;
  /** How many pairs of training images. */
  readonly count: number;
  /** Where trials are kept. */
  readonly trials: string;
  /** Clean when absent. */
  readonly condition?: Condition;
}

/**
 * Solves the same `count` pairs of *training* images with every variant, so that settings can be chosen without a look
 * at the test images. Distortions are judged by their relative error, over the whole image and where the signal shows them.
 * What an earlier run found is not searched for again.
 *
 * @throws UserError when the device does not work; a search that diverges is a row without scores.
 */
export async function ablate(
  experiment: Experiment,
  variants: readonly Variant[],
  { generators, denoiser, images, device, count, trials, condition = CLEAN }: AblationInput,
): Promise<AblationRow[]> {
  const { seed, evaluation } = experiment;
  const sets = { signal: images.signal.train, distortion: images.distortion.train };
  const batches = inBatches(drawPairs(seed, sets, count), evaluation.batchSize);
  const means = { experiment, generators, device: await chosenDevice(device) };
  // Without a denoiser there is nothing to do without.
  const told = variants.filter(({ name }) => denoiser !== undefined || name !== NO_DENOISER);
  const store = trialsIn([trials], experiment, 'training');
  const ofVariants = told.map(({ name: title, solver, dividesAlone }) => {
    const name = title.replaceAll(/[^\p{L}\d]+/gu, '-');
    const procedure = searched({ name, title, solver }, dividesAlone ? means : { ...means, denoiser });
    return { procedure, tasks: batches.map(batch => ({ batch, condition, procedure })) };
  });
  const { diverged } = await runTrials(
    { tasks: ofVariants.flatMap(({ tasks }) => tasks), images: sets, seed, store },
    { diverging: 'a result' },
  );
  const rows: AblationRow[] = [];
  for (const { procedure, tasks } of ofVariants) {
    const [plain, refined] = procedure.methods;
    if (diverged.has(procedure)) {
      rows.push({ name: plain!.title });
      continue;
    }
    const scores = await readScores(store, tasks);
    rows.push(
      rowOf(plain!.title, summariseScores(scores[plain!.name]!), summariseScores(scores[refined!.name]!)),
    );
  }
  return rows;
}

/** A row, from the summaries of a solver's two methods. */
const rowOf = (name: string, plain: MethodSummary, refined: MethodSummary): AblationRow => ({
  name,
  scores: {
    distortion: refined.distortion!.relativeError,
    distortionWhereSeen: refined.distortion!.whereSeen,
    generatorPsnr: plain.signal!.psnr,
    refinedPsnr: refined.signal!.psnr,
  },
  seconds: plain.secondsPerImage,
});
