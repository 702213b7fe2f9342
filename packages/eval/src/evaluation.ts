// The evaluation: held-out pairs without noise, by the paper's solver and the experiment's own, with a report.
import type { ByFactor } from '@blind-demod/arrays';
import type { AnyGenerator, Generators } from '@blind-demod/dcgan';
import type { TrainedDenoiser } from '@blind-demod/dcgan/node';
import type { FactorImages, ImageSet } from '@blind-demod/distortion-data';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { chosenDevice, type Device } from '@blind-demod/jit';
import { comparisonIn } from './comparison.js';
import type { Search } from './methods/method.js';
import { ownSolver } from './methods/own-solver.js';
import { isPapers, paperSolver } from './methods/paper-solver.js';
import { fingerprintsOf, networksOf } from './methods/search.js';
import { type Results, writeResults } from './report/results.js';
import { type Batch, inBatches } from './trials/batches.js';
import { CLEAN } from './trials/conditions.js';
import { drawPairs, type Pair } from './trials/pairs.js';
import { type Ran, runTrials } from './trials/run.js';
import { dataOf, type Task, type TrialStore, trialsIn } from './trials/store.js';

export interface EvaluationInput {
  readonly generators: Generators;
  /** Those of the paper's solver, where they are others. */
  readonly paperGenerators?: ByFactor<AnyGenerator> | undefined;
  /** Of the generators; none when absent. */
  readonly denoiser?: TrainedDenoiser | undefined;
  readonly images: ByFactor<FactorImages>;
  readonly device: Device;
  /** Where the results go. */
  readonly folder: string;
  /** Where trials are kept. */
  readonly trials: string;
  /** How many pairs, when not as many as the experiment says. */
  readonly count?: number | 'all';
  /** Whether the paper's solver recovers them, too, where it is not the experiment's own; it does unless told otherwise. */
  readonly papers?: boolean;
  /** Folder of a comparison, of which the report tells where it is of the same solver. */
  readonly comparison?: string;
}

/** What an evaluation consists of; every process that takes part in one draws up the same. */
export interface Plan {
  readonly tests: ByFactor<ImageSet>;
  readonly pairs: readonly Pair[];
  readonly batches: readonly Batch[];
  /** The experiment's own solver. */
  readonly own: Search;
  /** The paper's; absent where that is the experiment's own. */
  readonly paper?: Search;
  /** Everything that the results depend on, but for the refinement and the pairs. */
  readonly settings: {
    readonly device: Device;
    /** The sha256 of each weights file. */
    readonly generators: ByFactor<string>;
    readonly encoder?: string;
    readonly paperGenerators?: ByFactor<string>;
    readonly denoiser?: string;
  };
}

/** @throws UserError when there are fewer test images than asked for */
export async function planEvaluation(
  { experiment }: LoadedExperiment,
  input: EvaluationInput,
): Promise<Plan> {
  const { generators, paperGenerators, denoiser, images, count } = input;
  const device = await chosenDevice(input.device);
  const { seed, evaluation } = experiment;
  const tests = { signal: images.signal.test, distortion: images.distortion.test };
  const training = { signal: images.signal.train, distortion: images.distortion.train };
  const means = { experiment, training, generators, paperGenerators, denoiser, device };
  const pairs = drawPairs(seed, tests, count ?? evaluation.images);
  const { refinement: _, ...solver } = experiment.solver;
  const settings = {
    seed,
    device,
    solver,
    data: dataOf(experiment),
    ...networksOf(generators, experiment.solver),
    ...(paperGenerators && { paperGenerators: fingerprintsOf(paperGenerators) }),
    ...(denoiser && { denoiser: denoiser.sha256 }),
  };
  return {
    tests,
    pairs,
    batches: inBatches(pairs, evaluation.batchSize),
    own: ownSolver(means),
    ...(input.papers !== false && !isPapers(experiment.solver) && { paper: paperSolver(means) }),
    settings,
  };
}

/** The trials of some of the batches. */
export const tasksOf = ({ own, paper }: Plan, batches: readonly Batch[]): Task<Search>[] =>
  batches.flatMap(batch =>
    (paper ? [paper, own] : [own]).map(procedure => ({ batch, condition: CLEAN, procedure })),
  );

export interface Evaluation extends Results, Pick<Ran, 'solved'> {}

/**
 * Multiplies pairs of test images, which no generator was trained on, recovers their factors, and scores each
 * estimate at its best scale. Writes metrics.json, images.csv, figure2.png and report.html into the folder; the same
 * inputs give the same bytes. What an earlier run found, this one or a comparison, is not searched for again.
 *
 * @throws UserError when there are fewer test images than asked for, the search diverges, the device does not
 * work, or the folder cannot be written.
 */
export async function evaluate(loaded: LoadedExperiment, input: EvaluationInput): Promise<Evaluation> {
  const plan = await planEvaluation(loaded, input);
  const store = trialsIn([input.trials], loaded.experiment);
  const solved = await recoverBatches(loaded, plan, plan.batches, store);
  return { ...(await reportOf(loaded, plan, store.recoveries, input)), solved };
}

/** Recovers what the store does not have of the batches. */
export async function recoverBatches(
  { experiment: { seed } }: LoadedExperiment,
  plan: Plan,
  batches: readonly Batch[],
  store: TrialStore,
): Promise<Ran['solved']> {
  const trials = { tasks: tasksOf(plan, batches), images: plan.tests, seed, store };
  return (await runTrials(trials, { needs: 'recoveries' })).solved;
}

/** Writes the results, with the comparison that was made with the same solver, if there is one. */
export async function reportOf(
  loaded: LoadedExperiment,
  plan: Plan,
  recoveries: Pick<TrialStore['recoveries'], 'read'>,
  { folder, comparison }: EvaluationInput,
): Promise<Results> {
  const compared = comparison === undefined ? undefined : await comparisonIn(comparison, plan.own);
  return writeResults(loaded, plan, recoveries, { folder, comparison: compared });
}
