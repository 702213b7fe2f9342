// What an evaluation consists of: its pairs, in batches, and what their recoveries depend on. Every process that takes
// part in one draws up the same plan.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Factor } from '@blind-demod/arrays';
import { encodeGenerator, type Generator } from '@blind-demod/dcgan';
import { dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import type { Experiment, LoadedExperiment } from '@blind-demod/experiment';
import { chosenDevice, type Device } from '@blind-demod/jit';
import { type Batch, inBatches } from './batches.js';
import { heldOutPairs, type Pair, type TestImages } from './pairs.js';
import { type Recoveries, recoveriesIn } from './recoveries.js';

export interface EvaluationInput {
  readonly generators: Readonly<Record<Factor, Generator>>;
  readonly images: Readonly<Record<Factor, FactorImages>>;
  /** Where the results go. */
  readonly folder: string;
  readonly device: Device;
  /** How many pairs, when not as many as the experiment says. */
  readonly count?: number | 'all';
  /** Folder of a comparison, of which the report tells where it is of the same solver. */
  readonly comparison?: string;
}

export interface Plan {
  readonly tests: TestImages;
  readonly pairs: readonly Pair[];
  readonly batches: readonly Batch[];
  /** Everything that a recovery depends on, but for its pair. The refinement is not among it: it comes after. */
  readonly settings: {
    readonly device: Device;
    /** The sha256 of each generator's weights file. */
    readonly generators: Readonly<Record<Factor, string>>;
  };
  /** The recoveries of this plan under the folder of some evaluation's results. */
  recoveries(folder: string): Recoveries;
}

/** @throws UserError when there are fewer test images than asked for */
export async function planEvaluation(
  { experiment }: LoadedExperiment,
  input: EvaluationInput,
): Promise<Plan> {
  const { seed, evaluation } = experiment;
  const tests = { signal: input.images.signal.test, distortion: input.images.distortion.test };
  const pairs = heldOutPairs(seed, tests, input.count ?? evaluation.images);
  const settings = await recoverySettings(experiment, input);
  return {
    tests,
    pairs,
    batches: inBatches(pairs, evaluation.batchSize),
    settings,
    recoveries: folder => recoveriesIn(join(folder, 'parts'), settings, seed),
  };
}

async function recoverySettings(experiment: Experiment, { generators, device }: EvaluationInput) {
  const { refinement: _, ...solver } = experiment.solver;
  return {
    seed: experiment.seed,
    device: await chosenDevice(device),
    solver,
    data: { signal: dataSettings(experiment, 'signal'), distortion: dataSettings(experiment, 'distortion') },
    generators: { signal: fingerprint(generators.signal), distortion: fingerprint(generators.distortion) },
  };
}

const fingerprints = new WeakMap<Generator, string>();

/** The sha256 of the generator's weights file; encoding millions of weights takes a second, so once for each. */
export function fingerprint(generator: Generator): string {
  let known = fingerprints.get(generator);
  if (known === undefined) {
    known = createHash('sha256').update(encodeGenerator(generator)).digest('hex');
    fingerprints.set(generator, known);
  }
  return known;
}
