// One run of a sweep: an experiment trained, where it has to be, evaluated, and recorded.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FACTORS, type Factor, sha256 } from '@blind-demod/arrays';
import { hashOf } from '@blind-demod/artifacts';
import { type AnyGenerator, parameterCount } from '@blind-demod/dcgan';
import { representationIn, scoreOn, trainingSecondsIn } from '@blind-demod/dcgan/node';
import { dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import { type GeneratorFacts, type Run, type RunSettings, recordRun, runIn } from '@blind-demod/eval';
import type { LoadedExperiment } from '@blind-demod/experiment';
import type { Device } from '@blind-demod/jit';
import { type Folders, foldersOf } from './folders.js';
import { findGenerators, generatorFolder, isPretrained, waitForTraining } from './generators.js';
import { prepareBoth } from './images.js';
import { scoring, trainEncoderOf, trainFactors } from './training.js';

export interface SweepRunOptions {
  /** The sweep's folder. */
  readonly out: string;
  /** How many pairs, when not as many as the experiment says. */
  readonly images?: number | 'all' | undefined;
  readonly device: Device;
  /** Whether generators of other settings, from an earlier sweep, are replaced. */
  readonly force: boolean;
}

/** The artifact root of the runs. */
const runsOf = (out: string): string => join(out, 'runs');

/** Where the files of a run are. Runs of the same images share them: ten thousand times 280 megabytes is too much. */
export function runFolders(
  { name, experiment }: LoadedExperiment,
  out: string,
): Folders & { record: string } {
  const folders = foldersOf(runsOf(out), name);
  return {
    ...folders,
    images: factor =>
      join(out, 'images', `${factor}-${hashOf(dataSettings(experiment, factor)).slice(0, 12)}`),
    record: join(folders.root, 'run'),
  };
}

/** What a run that was done before found; undefined if there is none that is current and has its report. */
export async function finishedRun(
  loaded: LoadedExperiment,
  options: Pick<SweepRunOptions, 'out' | 'images'>,
): Promise<Run | undefined> {
  const { record, evaluation } = runFolders(loaded, options.out);
  const run = await runIn(record, await settingsOf(loaded, options));
  return existsSync(join(evaluation, 'report.html')) ? run : undefined;
}

/**
 * Trains what is not trained, evaluates the experiment's solver, and records what it found. Goes on where it was stopped.
 *
 * @throws UserError like `demod train` and `demod eval`.
 */
export async function runExperiment(loaded: LoadedExperiment, options: SweepRunOptions): Promise<Run> {
  const { out, device, images: count } = options;
  const folders = runFolders(loaded, out);
  const untrained: Factor[] = [];
  for (const factor of FACTORS) {
    if (!loaded.experiment[factor].generator && !(await isPretrained(loaded, factor))) untrained.push(factor);
  }
  const images = await prepareBoth(loaded, folders);
  // The same run of a sweep that was killed may not have heard of it yet.
  for (const factor of untrained) await waitForTraining(folders.generator(factor));
  const means = { folders, device, force: options.force };
  await trainFactors(loaded, untrained, { ...means, images });
  if (loaded.experiment.solver.starts !== undefined && untrained.length > 0) {
    await trainEncoderOf(loaded, { ...means, out: runsOf(out) });
  }
  const found = await findGenerators(loaded, { out: runsOf(out), device });
  const factsOf = (factor: Factor) =>
    factsAbout(loaded, factor, {
      generator: found.generators[factor],
      folder: found.folders[factor],
      images: images[factor],
      device,
    });
  const input = {
    generators: found.generators,
    images,
    folder: folders.evaluation,
    trials: folders.trials,
    device,
    ...(count !== undefined && { count }),
  };
  return recordRun(loaded, input, {
    record: folders.record,
    settings: await settingsOf(loaded, options),
    facts: { signal: await factsOf('signal'), distortion: await factsOf('distortion') },
  });
}

/** What the leaderboard tells of a generator. */
async function factsAbout(
  { experiment }: LoadedExperiment,
  factor: Factor,
  found: { generator: AnyGenerator; folder: string; images: FactorImages; device: Device },
): Promise<GeneratorFacts> {
  const { generator, folder, images, device } = found;
  const { network, training, generator: model } = experiment[factor];
  const kept = model ? undefined : await representationIn(folder);
  const score = scoring(experiment.seed, device);
  return {
    ...(model
      ? { architecture: 'ONNX model', objective: '' }
      : { architecture: network.architecture, objective: training.objective }),
    latentDimension: generator.latentDimension,
    parameters: parameterCount(generator),
    representation: kept?.heldOut ?? (await scoreOn('test', generator, { images, score, title: folder })),
    trainingSeconds: model ? null : await trainingSecondsIn(folder),
  };
}

async function settingsOf(
  loaded: LoadedExperiment,
  { out, images }: Pick<SweepRunOptions, 'out' | 'images'>,
): Promise<RunSettings> {
  const { $schema: _, ...experiment } = loaded.experiment;
  const models: Partial<Record<Factor, string>> = {};
  for (const factor of FACTORS) {
    if (!experiment[factor].generator) continue;
    // A model that is not there has no hash: its run is not done, and says what is wrong.
    models[factor] = await generatorFolder(loaded, factor, runsOf(out))
      .then(file => readFile(file))
      .then(bytes => sha256(bytes))
      .catch(() => 'unreadable');
  }
  return { experiment, pairs: images ?? experiment.evaluation.images, models };
}
