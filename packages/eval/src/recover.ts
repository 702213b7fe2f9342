// The expensive half of an evaluation: the solver, over the batches that are not solved yet.

import { type Factor, type Float32NdArray, float32 } from '@blind-demod/arrays';
import { startProgress } from '@blind-demod/artifacts';
import type { Generator } from '@blind-demod/dcgan';
import { generatorPrior } from '@blind-demod/dcgan';
import { solve } from '@blind-demod/demod-core';
import type { LoadedExperiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';
import { type Batch, countPairs, observe } from './batches.js';
import type { TestImages } from './pairs.js';
import type { Recoveries } from './recoveries.js';

/** Solves what `recoveries` does not have of the batches, with progress on stderr. Returns how many pairs it solved. */
export async function recoverMissing(
  { experiment }: LoadedExperiment,
  batches: readonly Batch[],
  recoveries: Recoveries,
  {
    generators,
    tests,
    device,
  }: { generators: Readonly<Record<Factor, Generator>>; tests: TestImages; device: Device },
): Promise<number> {
  const missing: Batch[] = [];
  for (const batch of batches) if (!(await recoveries.has(batch))) missing.push(batch);
  if (missing.length === 0) return 0;

  const before = countPairs(batches) - countPairs(missing);
  const progress = startProgress({
    title: 'solving (pairs)',
    total: countPairs(batches),
    initial: before,
  });
  const priors = [generatorPrior(generators.signal), generatorPrior(generators.distortion)] as const;
  let done = before;
  try {
    for (const batch of missing) {
      const count = batch.pairs.length;
      const found = await solve(...priors, observe(tests, batch.pairs).observation, {
        settings: experiment.solver,
        seed: experiment.seed,
        first: batch.first,
        device,
        onIteration: ({ done: iterations, total, objective }) =>
          progress.update(
            done + Math.floor((count * iterations) / total),
            `objective ${objective.toExponential(1)}`,
          ),
      });
      await recoveries.keep(batch, {
        signal: found.signal,
        distortion: found.distortion,
        objective: float32([count], found.objective),
        restartObjectives: float32([count, experiment.solver.restarts], found.restartObjectives),
        trace: transposed(found.trace),
        confidence: float32([count], found.confidence),
      });
      done += count;
    }
  } finally {
    progress.stop();
  }
  return done - before;
}

/** Rows of n numbers as [n, rows]. */
function transposed(rows: readonly Float32Array[]): Float32NdArray {
  const [count, length] = [rows[0]!.length, rows.length];
  const data = Float32Array.from(
    { length: count * length },
    (_, i) => rows[i % length]![Math.floor(i / length)]!,
  );
  return float32([count, length], data);
}
