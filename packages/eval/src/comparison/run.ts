// The expensive half of a comparison: every procedure over the batches and conditions that are not scored yet.
import { startProgress } from '@blind-demod/artifacts';
import { observe } from '../batches.js';
import type { TestImages } from '../pairs.js';
import { observedUnder } from './conditions.js';
import type { Kept, Task, TaskScores } from './kept.js';
import type { OnProgress } from './method.js';
import { type PairScores, scorePairs } from './pair-scores.js';

/** Runs what `kept` does not have of the tasks, with progress on stderr. */
export async function runMissing(
  tasks: readonly Task[],
  kept: Kept,
  { tests, seed }: { tests: TestImages; seed: number },
): Promise<void> {
  const missing: Task[] = [];
  for (const task of tasks) if (!(await kept.has(task))) missing.push(task);
  if (missing.length === 0) return;

  const work = (some: readonly Task[]) =>
    some.reduce((sum, { batch, procedure }) => sum + batch.pairs.length * procedure.methods.length, 0);
  let done = work(tasks) - work(missing);
  const progress = startProgress({
    title: 'comparing (pairs × methods × conditions)',
    total: work(tasks),
    initial: done,
  });
  try {
    for (const task of missing) {
      const note = `${task.procedure.name}, ${task.condition.title}`;
      progress.update(done, note);
      const scores = await runTask(task, { tests, seed }, fraction =>
        progress.update(done + Math.floor(fraction * work([task])), note),
      );
      await kept.keep(task, scores);
      done += work([task]);
      progress.update(done, note);
    }
  } finally {
    progress.stop();
  }
}

async function runTask(
  { batch, condition, procedure }: Task,
  { tests, seed }: { tests: TestImages; seed: number },
  onProgress: OnProgress,
): Promise<TaskScores> {
  const truth = observe(tests, batch.pairs);
  const problem = observedUnder(condition, truth, { seed, first: batch.first });
  const start = performance.now();
  const estimates = await procedure.recover(problem, onProgress);
  const seconds = (performance.now() - start) / 1000;
  return Object.fromEntries(
    Object.entries(estimates).map(([name, estimate]): [string, PairScores[]] => [
      name,
      scorePairs(estimate, truth, { observation: problem.observation, seconds }),
    ]),
  );
}
