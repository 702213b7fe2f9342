// An evaluation by several processes: each solves a share of the batches, and one joins what they found.
import { UserError } from '@blind-demod/arrays';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { type Batch, countPairs } from './batches.js';
import { comparisonOf } from './comparison/shown.js';
import type { Solved } from './evaluate.js';
import { type EvaluationInput, planEvaluation } from './plan.js';
import { recoverMissing } from './recover.js';
import { anyOf } from './recoveries.js';
import { type Results, writeResults } from './results.js';

/** The share `index`, from 1 to `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The batches of a shard, dealt out in turn. Whole batches of the undivided evaluation: among other neighbours a
 * pair's result may differ in its last bits.
 */
export function batchesOf<B extends Pick<Batch, 'index'>>(
  { index, count }: Shard,
  batches: readonly B[],
): B[] {
  return batches.filter(batch => batch.index % count === index - 1);
}

export interface SolvedShard {
  /** Pairs of the shard, of all, and of those solved now. */
  readonly pairs: number;
  readonly total: number;
  readonly batches: number;
  readonly solved: Solved;
}

/**
 * Solves the batches of one shard and keeps them under `input.folder`, which shards may share. Goes on where it was
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
  const recoveries = plan.recoveries(input.folder);
  const start = performance.now();
  const pairs = await recoverMissing(loaded, batches, recoveries, { ...input, tests: plan.tests });
  const seconds = (performance.now() - start) / 1000;
  return {
    pairs: countPairs(batches),
    total: plan.pairs.length,
    batches: plan.batches.length,
    solved: { pairs, seconds },
  };
}

/**
 * Joins what `count` shards found, in `input.folder` and in the folders `from`, to the files that `evaluate` would have
 * written there, byte for byte. Solves nothing.
 *
 * @throws UserError naming the shards of which something is missing, damaged or was made with other settings.
 */
export async function mergeShards(
  loaded: LoadedExperiment,
  input: EvaluationInput,
  { count, from }: { count: number; from: readonly string[] },
): Promise<Results> {
  const plan = await planEvaluation(loaded, input);
  const recoveries = anyOf([input.folder, ...from].map(plan.recoveries));
  const missing: Batch[] = [];
  for (const batch of plan.batches) if (!(await recoveries.has(batch))) missing.push(batch);
  if (missing.length > 0) {
    const shards = [...new Set(missing.map(({ index }) => (index % count) + 1))].sort((a, b) => a - b);
    throw new UserError(
      `not complete: ${shards.map(index => `shard ${index}/${count}`).join(', ')} (${missing.length} of ${plan.batches.length} batches are missing, damaged or made with other settings in ${[input.folder, ...from].join(', ')}); run \`demod eval --shard ${shards[0]}/${count}\`${shards.length > 1 ? ' and so on' : ''}, or name where its results are with --from`,
    );
  }
  const comparison = await comparisonOf(loaded, input);
  return writeResults(loaded, plan, recoveries, { folder: input.folder, comparison });
}
