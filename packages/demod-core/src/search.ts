// The search: iterations of Algorithm 1 from many starts at once. Those that are done leave the batch.

import { type Float32NdArray, float32, takeRows, UserError } from '@blind-demod/arrays';
import { compileLoop, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Descent, iterate, type SolverState } from './algorithm1.js';
import type { GenerativePrior } from './prior.js';
import { type Problem, takeProblems } from './problem.js';
import type { SolverSettings } from './settings.js';
import type { Codes } from './starts.js';

/** What a search does, where, and who watches. */
export interface SearchOptions {
  readonly settings: SolverSettings;
  readonly device: Device;
  /** Called after each iteration, and each evaluation of the polish; the search goes on when it is through. */
  readonly onIteration?: ((progress: SearchProgress) => void | Promise<void>) | undefined;
}

/** Where a search stands. */
export interface SearchProgress {
  /** Iterations and evaluations, of all that there will be at most. */
  readonly done: number;
  readonly total: number;
  /** The median over the observations of the least objective. */
  readonly objective: number;
  /**
   * The codes of each observation's start of least objective, [n, latent dimension]. They are read from the device, which
   * takes time, and only as long as `onIteration` is not through.
   */
  codes(): Promise<Codes>;
}

export interface Found {
  /** Where each start ended. */
  readonly codes: Codes;
  /** The objective of every start before each iteration; of one that is done, its last. */
  readonly trace: readonly Float32Array[];
}

/**
 * The search ran away: a step size too large for the problem.
 *
 * @example
 * import { DivergedError, float32, loadGenerators, recover, ROBUST_SOLVER } from 'blind-demod';
 *
 * const photo = float32([1, 64, 64], new Float32Array(64 ** 2).fill(0.5));
 * const settings = { ...ROBUST_SOLVER, stepSize: 1e38, iterations: 9, draws: 2, restarts: 1 };
 * const error = await recover(photo, { ...(await loadGenerators()), settings }).catch(error => error);
 * console.log(error instanceof DivergedError); // true
 */
export class DivergedError extends UserError {
  constructor(when: string, { stepSize }: Pick<SolverSettings, 'stepSize'>) {
    super(`the search diverged ${when} (not a number); lower solver.stepSize (now ${stepSize})`);
  }
}

/** Iterations over which the objective has to fall by `tolerance` for a start to go on. */
const PATIENCE = 25;
/** A program for a smaller batch is worth its compilation from this share of the rows on. */
const WORTH_SHRINKING = 0.75;

/**
 * Lines 2 to 6 of Algorithm 1 from every start. A start is done when it converged (`tolerance`), or after all
 * iterations.
 *
 * @param problem a row for each start.
 * @throws DivergedError if all starts of an observation are lost.
 */
export async function search(
  [signalPrior, distortionPrior]: readonly [GenerativePrior, GenerativePrior],
  problem: Problem<Float32NdArray>,
  starts: Codes,
  { settings, device, onIteration }: SearchOptions,
): Promise<Found> {
  const { iterations, restarts, tolerance } = settings;
  const total = starts.signal.shape[0]!;
  const ended = { signal: copyOf(starts.signal), distortion: copyOf(starts.distortion) };
  const trace: Float32Array[] = [];

  /** A program for some of the rows, and where they are. */
  const begin = async (rows: readonly number[], state: SolverState<Float32NdArray>) => {
    const given = takeProblems(problem, rows);
    const loop = await compileLoop(
      (before: SolverState<Tensor>, of: Problem<Tensor>) =>
        iterate(signalPrior, distortionPrior, of, before, settings),
      { state, input: given },
      { device },
    );
    return { rows, given, loop };
  };

  const all = Array.from({ length: total }, (_, row) => row);
  let batch = await begin(all, {
    signal: atRest(starts.signal),
    distortion: atRest(starts.distortion),
  });
  let searching = new Set(all);
  /** The codes of every start as they are now. */
  const reached = async (): Promise<Codes> => {
    const codes = { signal: copyOf(ended.signal), distortion: copyOf(ended.distortion) };
    copyCodes((await batch.loop.state()) as SolverState<Float32NdArray>, batch.rows, codes, searching);
    return codes;
  };
  try {
    for (let done = 1; done <= iterations && searching.size > 0; done++) {
      const { objective } = await batch.loop.step(batch.given);
      const now = trace.at(-1)?.slice() ?? new Float32Array(total);
      batch.rows.forEach((row, place) => {
        if (searching.has(row)) now[row] = objective.data[place]!;
      });
      trace.push(now);
      const best = bestStarts(now, restarts);
      if (!best.every(row => Number.isFinite(now[row]))) {
        throw new DivergedError(`at iteration ${done}`, settings);
      }
      await onIteration?.({
        done,
        total: iterations + (settings.polish ?? 0),
        objective: medianOfBest(now, restarts),
        codes: async () => rowsOfCodes(await reached(), best),
      });

      const isDone = (row: number) => done === iterations || hasConverged(trace, row, tolerance);
      const leaving = new Set([...searching].filter(isDone));
      if (leaving.size === 0) continue;
      const state = (await batch.loop.state()) as SolverState<Float32NdArray>;
      copyCodes(state, batch.rows, ended, leaving);
      searching = new Set([...searching].filter(row => !leaving.has(row)));

      if (searching.size > 0 && searching.size <= WORTH_SHRINKING * batch.rows.length) {
        const rows = [...searching];
        const places = rows.map(row => batch.rows.indexOf(row));
        await batch.loop.dispose();
        batch = await begin(rows, rowsOf(state, places));
      }
    }
  } finally {
    await batch.loop.dispose();
  }
  return { codes: ended, trace };
}

const atRest = (code: Float32NdArray): Descent<Float32NdArray> => ({
  code,
  velocity: float32(code.shape, new Float32Array(code.data.length)),
});

/** Whether the objective of a start fell by no more than the fraction `tolerance` over the last iterations. */
function hasConverged(trace: readonly Float32Array[], row: number, tolerance: number): boolean {
  const before = trace.at(-1 - PATIENCE)?.[row];
  return tolerance > 0 && before !== undefined && trace.at(-1)![row]! >= before * (1 - tolerance);
}

/** For each observation the row of its start of least objective; one that is not a number loses to any other. */
export function bestStarts(objectives: Float32Array, restarts: number): number[] {
  const value = (row: number) =>
    Number.isNaN(objectives[row]) ? Number.POSITIVE_INFINITY : objectives[row]!;
  return Array.from({ length: objectives.length / restarts }, (_, index) => {
    const rows = Array.from({ length: restarts }, (_, restart) => index * restarts + restart);
    return rows.reduce((a, b) => (value(b) < value(a) ? b : a));
  });
}

/** The median over the observations of the objective of their best start. */
export function medianOfBest(objectives: Float32Array, restarts: number): number {
  const best = bestStarts(objectives, restarts).map(row => objectives[row]!);
  return best.sort((a, b) => a - b)[Math.floor(best.length / 2)]!;
}

const copyOf = ({ shape, data }: Float32NdArray): Float32NdArray => float32(shape, data.slice());

/** Some rows of the codes. */
export const rowsOfCodes = ({ signal, distortion }: Codes, rows: readonly number[]): Codes => ({
  signal: takeRows(signal, rows),
  distortion: takeRows(distortion, rows),
});

/** Copies codes of a batch, whose rows are named, to their places among all; of those rows alone that are `wanted`. */
function copyCodes(
  { signal, distortion }: SolverState<Float32NdArray>,
  batchRows: readonly number[],
  codes: Codes,
  wanted: ReadonlySet<number>,
): void {
  batchRows.forEach((row, place) => {
    if (!wanted.has(row)) return;
    copyRow(signal.code, place, codes.signal, row);
    copyRow(distortion.code, place, codes.distortion, row);
  });
}

/** Copies a row of a matrix into another one of as many columns. */
function copyRow(from: Float32NdArray, fromRow: number, to: Float32NdArray, toRow: number): void {
  const length = to.shape[1]!;
  to.data.set(from.data.subarray(fromRow * length, (fromRow + 1) * length), toRow * length);
}

/** Some of the problems of a batch. */
function rowsOf(
  { signal, distortion }: SolverState<Float32NdArray>,
  rows: readonly number[],
): SolverState<Float32NdArray> {
  const take = ({ code, velocity }: Descent<Float32NdArray>) => ({
    code: takeRows(code, rows),
    velocity: takeRows(velocity, rows),
  });
  return { signal: take(signal), distortion: take(distortion) };
}
