// The benchmark: held-out pairs multiplied, demodulated, and every estimate compared with the truth.
import type { LoadedExperiment } from '@blind-demod/experiment';
import { comparisonOf } from './comparison/shown.js';
import { type EvaluationInput, planEvaluation } from './plan.js';
import { recoverMissing } from './recover.js';
import { type Results, writeResults } from './results.js';

/** Pairs that were solved now, not found from an earlier run, and how long that took. */
export interface Solved {
  readonly pairs: number;
  readonly seconds: number;
}

export interface Evaluation extends Results {
  readonly solved: Solved;
}

/**
 * Multiplies pairs of test images, which no generator was trained on, recovers their factors, and scores each
 * estimate at its best scale. Writes metrics.json, images.csv and figure2.png into the folder; the same inputs
 * give the same bytes. Batches that an earlier, stopped run solved are not solved again.
 *
 * @throws UserError when there are fewer test images than asked for, the search diverges, the device does not
 * work, or the folder cannot be written.
 */
export async function evaluate(loaded: LoadedExperiment, input: EvaluationInput): Promise<Evaluation> {
  const plan = await planEvaluation(loaded, input);
  const recoveries = plan.recoveries(input.folder);
  const start = performance.now();
  const pairs = await recoverMissing(loaded, plan.batches, recoveries, { ...input, tests: plan.tests });
  const seconds = (performance.now() - start) / 1000;
  const comparison = await comparisonOf(loaded, input);
  const results = await writeResults(loaded, plan, recoveries, { folder: input.folder, comparison });
  return { ...results, solved: { pairs, seconds } };
}
