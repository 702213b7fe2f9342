// The one loop of trials: every procedure over the batches and conditions of which nothing is kept yet.
import type { ByFactor } from '@blind-demod/arrays';
import { startProgress } from '@blind-demod/artifacts';
import { DivergedError } from '@blind-demod/demod-core';
import type { ImageSet } from '@blind-demod/distortion-data';
import type { EstimatesByMethod, Observed, OnProgress, Procedure } from '../methods/method.js';
import { type Observations, observe } from './batches.js';
import { observedUnder } from './conditions.js';
import { type PairScores, scorePairs } from './scores.js';
import type { Task, TaskScores, TrialStore } from './store.js';

export interface Trials {
  readonly tasks: readonly Task[];
  /** The images whose products are recovered. */
  readonly images: ByFactor<ImageSet>;
  readonly seed: number;
  readonly store: TrialStore;
}

export interface Ran {
  /** Pairs that were searched for now, not found from an earlier run, each counted by each search; and how long that took. */
  readonly solved: { readonly pairs: number; readonly seconds: number };
  /** The procedures whose search diverged, where that is a result. */
  readonly diverged: ReadonlySet<Procedure>;
}

/**
 * Runs what the store does not have of the tasks, in their order, with progress on stderr, and keeps all that is found.
 * A recovery that is there is not searched for again.
 *
 * @param needs whether scores are enough, or recoveries are asked for as well.
 * @param diverging what a search that diverges is; where a result, the rest of its procedure's tasks is left out.
 * @throws UserError when a search diverges, the device does not work, or something cannot be written.
 */
export async function runTrials(
  { tasks, images, seed, store }: Trials,
  {
    needs = 'scores',
    diverging = 'an error',
  }: { needs?: 'scores' | 'recoveries'; diverging?: 'an error' | 'a result' } = {},
): Promise<Ran> {
  const missing: Task[] = [];
  for (const task of tasks) if (!(await isKept(task, store, needs))) missing.push(task);
  const diverged = new Set<Procedure>();
  let [pairs, seconds] = [0, 0];
  if (missing.length === 0) return { solved: { pairs, seconds }, diverged };

  const total = workOf(tasks);
  let done = total - workOf(missing);
  const title = 'recovering (pairs × methods × conditions)';
  const progress = startProgress({ title, total, initial: done });
  try {
    for (const task of missing) {
      const { batch, condition, procedure } = task;
      const work = workOf([task]);
      const note = `${procedure.name}, ${condition.title}`;
      const onProgress: OnProgress = (fraction, objective) =>
        progress.update(
          done + Math.floor(fraction * work),
          `${note}, objective ${objective.toExponential(1)}`,
        );
      progress.update(done, note);
      const truth = observe(images, batch.pairs);
      const problem = observedUnder(condition, truth, { seed, first: batch.first });
      try {
        if (!diverged.has(procedure)) {
          const found = await recover(task, { problem, store, onProgress });
          // Scores that came from another machine stay as they are when a recovery is made here.
          if (!(await store.scores.has(task))) await store.scores.keep(task, scoresOf(found, truth, problem));
          if (found.isNew) [pairs, seconds] = [pairs + batch.pairs.length, seconds + found.seconds];
        }
      } catch (error) {
        if (diverging === 'an error' || !(error instanceof DivergedError)) throw error;
        diverged.add(procedure);
      }
      done += work;
      progress.update(done, note);
    }
  } finally {
    progress.stop();
  }
  return { solved: { pairs, seconds }, diverged };
}

async function isKept(task: Task, store: TrialStore, needs: 'scores' | 'recoveries'): Promise<boolean> {
  const { procedure } = task;
  if (!(await store.scores.has(task))) return false;
  return needs === 'scores' || !('search' in procedure) || store.recoveries.has({ ...task, procedure });
}

interface Found {
  readonly estimates: EstimatesByMethod;
  /** How long it took, now or when what was kept was found. */
  readonly seconds: number;
  /** Whether it is a recovery that was searched for now. */
  readonly isNew: boolean;
}

/** The estimates of a task's methods, from the recovery that is kept, where there is one. */
async function recover(
  task: Task,
  { problem, store, onProgress }: { problem: Observed; store: TrialStore; onProgress: OnProgress },
): Promise<Found> {
  const { procedure } = task;
  if (!('search' in procedure)) {
    const [estimates, seconds] = await timed(() => procedure.estimate(problem));
    return { estimates, seconds, isNew: false };
  }
  const key = { ...task, procedure };
  const isNew = !(await store.recoveries.has(key));
  if (isNew) {
    const [recovery, seconds] = await timed(() => procedure.search(problem, onProgress));
    await store.recoveries.keep(key, { recovery, seconds });
  }
  const { recovery, seconds } = await store.recoveries.read(key);
  return { estimates: procedure.read(problem, recovery), seconds, isNew };
}

/** The scores of every method of a task. */
function scoresOf({ estimates, seconds }: Found, truth: Observations, { observation }: Observed): TaskScores {
  return Object.fromEntries(
    Object.entries(estimates).map(([method, estimate]) => [
      method,
      scorePairs(estimate, truth, { observation, seconds }),
    ]),
  );
}

/** The scores of these tasks by method, each method's in the order of the tasks. */
export async function readScores(
  store: Pick<TrialStore, 'scores'>,
  tasks: readonly Task[],
): Promise<TaskScores> {
  const all: Record<string, PairScores[]> = {};
  for (const task of tasks) {
    for (const [method, scores] of Object.entries(await store.scores.read(task))) {
      all[method] ??= [];
      all[method].push(...scores);
    }
  }
  return all;
}

const workOf = (tasks: readonly Task[]): number =>
  tasks.reduce((sum, { batch, procedure }) => sum + batch.pairs.length * procedure.methods.length, 0);

async function timed<T>(make: () => Promise<T>): Promise<[made: T, seconds: number]> {
  const start = performance.now();
  const made = await make();
  return [made, (performance.now() - start) / 1000];
}
