// The benchmark: held-out pairs multiplied, demodulated, and every estimate compared with the truth.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { encodeGenerator, type Generator } from '@blind-demod/dcgan';
import { dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import { type Experiment, type Factor, type LoadedExperiment, writeArtifact } from '@blind-demod/experiment';
import { chosenDevice, type Device } from '@blind-demod/jit';
import { inBatches, observe } from './batches.js';
import { drawFigure, figure2 } from './figure.js';
import { imagesCsv } from './images-csv.js';
import { type JudgedImages, type Judgement, judge } from './judgement.js';
import { heldOutPairs } from './pairs.js';
import { recoverMissing } from './recover.js';
import { recoveriesIn } from './recoveries.js';
import { type Summary, summarise } from './summary.js';

export interface EvaluationInput {
  readonly generators: Readonly<Record<Factor, Generator>>;
  readonly images: Readonly<Record<Factor, FactorImages>>;
  /** Where the results go. */
  readonly folder: string;
  readonly device: Device;
  /** How many pairs, when not as many as the experiment says. */
  readonly count?: number | 'all';
}

export interface Evaluation {
  readonly pairs: number;
  readonly summary: Summary;
  /** Paths of what was written. */
  readonly files: Readonly<Record<keyof typeof FILES, string>>;
  /** Pairs that were solved now, not found from an earlier run, and how long that took. */
  readonly solved: { readonly pairs: number; readonly seconds: number };
}

const FILES = { metrics: 'metrics.json', images: 'images.csv', figure: 'figure2.png' };

/**
 * Multiplies pairs of test images, which no generator was trained on, recovers their factors, and scores each
 * estimate at its best scale. Writes metrics.json, images.csv and figure2.png into the folder; the same inputs
 * give the same bytes. Batches that an earlier, stopped run solved are not solved again.
 *
 * @throws UserError when there are fewer test images than asked for, the search diverges, the device does not
 * work, or the folder cannot be written.
 */
export async function evaluate(loaded: LoadedExperiment, input: EvaluationInput): Promise<Evaluation> {
  const { seed, evaluation, solver } = loaded.experiment;
  const tests = { signal: input.images.signal.test, distortion: input.images.distortion.test };
  const pairs = heldOutPairs(seed, tests, input.count ?? evaluation.images);
  const batches = inBatches(pairs, evaluation.batchSize);
  const settings = recoverySettings(loaded.experiment, input);
  const recoveries = recoveriesIn(join(input.folder, 'parts'), settings, seed);

  const start = performance.now();
  const solved = await recoverMissing(loaded, batches, recoveries, { ...input, tests });
  const seconds = (performance.now() - start) / 1000;

  const judged: Pick<Judgement, 'objective' | 'scores'>[] = [];
  const shown: JudgedImages[] = [];
  for (const batch of batches) {
    const recovery = await recoveries.read(batch);
    for (const { images, ...judgement } of judge(observe(tests, batch.pairs), recovery, solver.refinement)) {
      judged.push(judgement);
      if (shown.length < evaluation.figureColumns) shown.push(images);
    }
  }

  const summary = summarise(judged);
  const metrics = {
    experiment: loaded.name,
    device: settings.device,
    pairs: pairs.length,
    estimates: summary,
  };
  await writeArtifact(input.folder, {
    kind: 'evaluation',
    settings: { ...settings, refinement: solver.refinement, evaluation, pairs: pairs.length },
    seed,
    files: {
      [FILES.metrics]: `${JSON.stringify(metrics, sixDigits, 2)}\n`,
      [FILES.images]: imagesCsv(pairs, judged, tests),
      [FILES.figure]: await drawFigure(figure2(shown)),
    },
  });
  const pathOf = (name: string) => join(input.folder, name);
  return {
    pairs: pairs.length,
    summary,
    files: { metrics: pathOf(FILES.metrics), images: pathOf(FILES.images), figure: pathOf(FILES.figure) },
    solved: { pairs: solved, seconds },
  };
}

/** Everything that a recovery depends on, but for its pair. The refinement is not among it: it comes after. */
function recoverySettings(experiment: Experiment, { generators, device }: EvaluationInput) {
  const { refinement: _, ...solver } = experiment.solver;
  return {
    seed: experiment.seed,
    device: chosenDevice(device),
    solver,
    data: { signal: dataSettings(experiment, 'signal'), distortion: dataSettings(experiment, 'distortion') },
    generators: { signal: fingerprint(generators.signal), distortion: fingerprint(generators.distortion) },
  };
}

/** The sha256 of the generator's weights file. */
function fingerprint(generator: Generator): string {
  return createHash('sha256').update(encodeGenerator(generator)).digest('hex');
}

/** For JSON: digits beyond the sixth say nothing. */
const sixDigits = (_: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : value;
