// An evaluation by several processes: each recovers a share of the batches, and one joins what they found.
import { UserError } from '@blind-demod/arrays';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { type EvaluationInput, planEvaluation, recoverBatches, reportOf, tasksOf } from './evaluation.js';
import type { Results } from './report/results.js';
import { type Batch, batchesOf, countPairs, type Shard } from './trials/batches.js';
import type { Ran } from './trials/run.js';
import { trialsIn } from './trials/store.js';

export interface SolvedShard extends Pick<Ran, 'solved'> {
  /** Pairs of the shard, and of all. */
  readonly pairs: number;
  readonly total: number;
  readonly batches: number;
}

/**
 * Recovers the batches of one shard and keeps them under `input.trials`, which shards may share. Goes on where it was
 * stopped. A shard without a batch, where there are more shards than batches, is done at once.
 *
 * @throws UserError like `evaluate`
 */
export async function solveShard(
  loaded: LoadedExperiment,
  input: EvaluationInput,
  shard: Shard,
): Promise<SolvedShard> {
  const plan = await planEvaluation(loaded, input);
  const batches = batchesOf(shard, plan.batches);
  const solved = await recoverBatches(loaded, plan, batches, trialsIn([input.trials], loaded.experiment));
  return {
    pairs: countPairs(batches),
    total: plan.pairs.length,
    batches: plan.batches.length,
    solved,
  };
}

/**
 * Joins what `count` shards found, in `input.trials` and in the folders `from`, to the files that `evaluate` would have
 * written, byte for byte. Searches for nothing.
 *
 * @throws UserError naming the shards of which something is missing, damaged or was made with other settings.
 */
export async function mergeShards(
  loaded: LoadedExperiment,
  input: EvaluationInput,
  { count, from }: { count: number; from: readonly string[] },
): Promise<Results> {
  const plan = await planEvaluation(loaded, input);
  const places = [input.trials, ...from] as const;
  const { recoveries } = trialsIn(places, loaded.experiment);
  const missing = new Set<Batch>();
  for (const task of tasksOf(plan, plan.batches)) {
    if (!(await recoveries.has(task))) missing.add(task.batch);
  }
  if (missing.size > 0) {
    const shards = [...new Set([...missing].map(({ index }) => (index % count) + 1))].sort((a, b) => a - b);
    throw new UserError(
      `not complete: ${shards.map(index => `shard ${index}/${count}`).join(', ')} (${missing.size} of ${plan.batches.length} batches are missing, damaged or made with other settings in ${places.join(', ')}); run \`demod eval --shard ${shards[0]}/${count}\`${shards.length > 1 ? ' and so on' : ''}, or name where its results are with --from`,
    );
  }
  return reportOf(loaded, plan, recoveries, input);
}
