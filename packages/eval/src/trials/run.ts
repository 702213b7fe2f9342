// The one loop of trials: every procedure over the batches and conditions of which nothing is kept yet.
import type { ByFactor } from '@blind-demod/arrays';
import { durationText, type Progress, startProgress } from '@blind-demod/artifacts';
import { DivergedError } from '@blind-demod/demod-core';
import type { ImageSet } from '@blind-demod/distortion-data';
import type { EstimatesByMethod, Observed, OnProgress, Procedure } from '../methods/method.js';
import { countPairs, type Observations, observe } from './batches.js';
import { observedUnder, pairsUnder } from './conditions.js';
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
  const toldPaces = new Set<Procedure>();
  try {
    progress.log(planned(missing));
    for (const task of missing) {
      const { batch, condition, procedure } = task;
      const work = workOf([task]);
      const note = `${procedure.name}, ${condition.title}`;
      const tellPace = toldPaces.has(procedure) ? undefined : pace(task, missing, progress);
      toldPaces.add(procedure);
      const onProgress: OnProgress = (fraction, objective) => {
        tellPace?.(fraction);
        progress.update(
          done + Math.floor(fraction * work),
          `${note}, objective ${objective.toExponential(1)}`,
        );
      };
      progress.update(done, note);
      const truth = observe(images, pairsUnder(condition, batch.pairs));
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

/** What is about to be done: how many pairs by which procedure, each under all of its conditions. */
function planned(missing: readonly Task[]): string {
  const pairs = new Map<string, number>();
  for (const { procedure, batch } of missing)
    pairs.set(procedure.name, (pairs.get(procedure.name) ?? 0) + batch.pairs.length);
  return `to recover: ${[...pairs].map(([name, count]) => `${count} pairs by ${name}`).join(', ')}`;
}

/** Iterations of a search whose time tells how long all take; the first has the making of its program in it. */
const TIMED_ITERATIONS = 3;

/** Tells, after a few iterations of a procedure's first search, about how long all of its searches take here. */
function pace(
  { procedure, batch }: Task,
  missing: readonly Task[],
  progress: Progress,
): (fraction: number) => void {
  let calls = 0;
  let first = { fraction: 0, time: 0 };
  return fraction => {
    calls += 1;
    if (calls === 1) first = { fraction, time: performance.now() };
    if (calls !== 1 + TIMED_ITERATIONS || fraction <= first.fraction) return;
    const search = (performance.now() - first.time) / 1000 / (fraction - first.fraction);
    const pairs = countPairs(missing.flatMap(task => (task.procedure === procedure ? [task.batch] : [])));
    const all = durationText((search / batch.pairs.length) * pairs);
    progress.log(
      `${procedure.name}: about ${all} for ${pairs} pairs, at ${(search / batch.pairs.length).toPrecision(2)} s a pair`,
    );
  };
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
  return { estimates: await procedure.read(problem, recovery), seconds, isNew };
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
