// Trains one generator: the loop around the step, with checkpoints, samples, and a reason when it has to stop.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Factor, type NdArray, randomStream, UserError } from '@blind-demod/arrays';
import {
  artifactIsCurrent,
  hashOf,
  type Loaded,
  startProgress,
  writeArtifact,
  writeFileAtomic,
} from '@blind-demod/artifacts';
import { dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import { compileLoop, type Device, isNdArray, leaves, type Tree } from '@blind-demod/jit';
import { contactSheet } from '@blind-demod/picture';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImageShape } from './architectures/architecture.js';
import { DEFAULT_ARCHITECTURE } from './architectures/index.js';
import { batches } from './batches.js';
import { type History, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { freeze } from './freeze.js';
import { encodeGenerator, generatorToOnnx } from './generator.js';
import { GENERATOR_KIND, WEIGHTS_FILE } from './load.js';
import { modelCard } from './model-card.js';
import { networksOf } from './networks.js';
import { DEFAULT_OBJECTIVE, OBJECTIVES, planOf } from './objectives/index.js';
import type { Batch } from './objectives/objective.js';
import { makeSampler, spread } from './samples.js';
import type { GeneratorSettings } from './settings.js';
import { chooseSnapshot, isSnapshot, type Score, snapshotFolder, writeSnapshot } from './snapshots.js';
import { initialState, type TrainingState, trainingStep } from './step.js';

/** Samples per row of a sheet. */
const SAMPLE_COLUMNS = 8;
/** From this epoch on, samples that vary less than this fraction of what the images do mean a collapse. */
const COLLAPSE = { epoch: 3, spread: 0.02 };

/** Everything that a trained generator depends on. */
export function trainingSettings(experiment: GeneratorSettings, factor: Factor): object {
  const { network, training } = experiment[factor];
  const { checkpointEvery: _, ...effective } = training;
  return {
    data: dataSettings(experiment, factor),
    // The default choices are not named: generators whose settings are kept are older than these two.
    network: without('architecture', DEFAULT_ARCHITECTURE, network),
    training: without('objective', DEFAULT_OBJECTIVE, effective),
  };
}

/** The settings, less this one if it has this value. */
function without<Name extends string>(
  name: Name,
  value: string,
  settings: Readonly<Record<Name, unknown>>,
): object {
  const { [name]: found, ...others } = settings;
  return found === value ? others : settings;
}

export interface TrainingRun {
  readonly images: FactorImages;
  /** The artifact's folder, which also takes the checkpoint, the losses, the snapshots and the sample sheets. */
  readonly folder: string;
  readonly device: Device;
  /** The measure by which the epoch is chosen whose generator is kept. */
  readonly score: Score;
}

/**
 * Trains the generator of one factor and writes its artifact; goes on where an earlier run of the same settings was
 * stopped, to the same result, and does nothing if it is there already.
 *
 * @returns whether there was anything to do.
 * @throws UserError if training diverges or collapses (the last good checkpoint stays), or a folder cannot be written.
 */
export async function trainGenerator(
  loaded: Loaded<GeneratorSettings>,
  factor: Factor,
  run: TrainingRun,
): Promise<boolean> {
  const { experiment } = loaded;
  const { network, training } = experiment[factor];
  const { seed } = experiment;
  const settings = trainingSettings(experiment, factor);
  if (await artifactIsCurrent(run.folder, { kind: GENERATOR_KIND, settings })) return false;

  const images = run.images.train.pixels;
  const imageShape = images.shape.slice(1) as unknown as ImageShape;
  const stepsPerEpoch = Math.floor(images.shape[0]! / training.batchSize);
  if (stepsPerEpoch === 0) {
    throw new UserError(
      `${loaded.file}: ${factor}.training.batchSize is ${training.batchSize}, but there are only ${images.shape[0]} training images`,
    );
  }
  const steps = stepsPerEpoch * training.epochs;
  const networks = networksOf(network, imageShape);
  const plan = planOf(training, networks);
  const { companion, advice } = OBJECTIVES[training.objective];
  const batchAt = batches(experiment, factor, images, plan);

  // Start, or go on.
  const checkpointFile = join(run.folder, 'checkpoint.safetensors');
  const settingsHash = hashOf(settings);
  const random = randomStream(seed, factor, 'initial');
  const initial = initialState(networks, plan, { count: images.shape[0]!, random });
  const checkpoint = await readCheckpoint(checkpointFile, initial, settingsHash);
  let state: TrainingState<NdArray> = checkpoint?.state ?? initial;
  const history: History = checkpoint?.history ?? [];
  await mkdir(run.folder, { recursive: true }).catch(error => {
    throw new UserError(`cannot write to ${run.folder}: ${error.code}; choose another folder with --out`);
  });
  const removeTraces = async () => {
    await rm(checkpointFile, { force: true });
    await rm(snapshotFolder(run.folder), { recursive: true, force: true });
  };
  if (checkpoint === undefined) await removeTraces(); // of a run of other settings

  const loop = await compileLoop(
    (before: TrainingState<Tensor>, batch: Batch<Tensor>) => trainingStep(plan, training, before, batch),
    { state, input: batchAt(0) },
    run,
  );
  const sheet = await makeSampler(networks, { seed, factor, example: state.average, device: run.device });
  const spreadOfImages = spread(images);

  const progress = startProgress({ title: `training ${factor}`, total: steps, initial: history.length });
  try {
    let batch = batchAt(history.length);
    for (let done = history.length; done < steps; ) {
      const running = loop.step(batch);
      if (done + 1 < steps) batch = batchAt(done + 1); // made while the step runs
      const result = await running;
      const losses = {
        companion: result.companionLoss.data[0]!,
        generator: result.generatorLoss.data[0]!,
      };
      history.push(losses);
      done = history.length;
      if (!Number.isFinite(losses.companion + losses.generator))
        throw diverged(loaded, factor, done, checkpointFile);

      const epoch = Math.floor(done / stepsPerEpoch);
      progress.update(
        done,
        `epoch ${Math.min(epoch + 1, training.epochs)}/${training.epochs}, losses ${losses.companion.toFixed(3)} (${companion}) ${losses.generator.toFixed(3)} (generator)`,
      );
      const atCheckpoint = done % training.checkpointEvery === 0 || done === steps;
      const atEpoch = done % stepsPerEpoch === 0;
      if (atCheckpoint || atEpoch) state = await loop.state();
      if (atEpoch) {
        const samples = await sheet(state.average);
        const file = join(run.folder, 'samples', `epoch-${String(epoch).padStart(3, '0')}.png`);
        await writeFileAtomic(file, await contactSheet(samples, SAMPLE_COLUMNS));
        if (epoch >= COLLAPSE.epoch && spread(samples) < COLLAPSE.spread * spreadOfImages) {
          throw new UserError(
            `training the ${factor} generator collapsed in epoch ${epoch}: its samples are all alike (${file}); try ${advice} in ${factor}.training or another seed in ${loaded.file}, and delete ${checkpointFile}`,
          );
        }
        if (isSnapshot(epoch, training)) {
          const generator = await freeze(experiment, factor, state.average, imageShape, run.device);
          await writeSnapshot(run.folder, epoch, generator).catch(error => {
            throw error instanceof RangeError ? diverged(loaded, factor, done, checkpointFile) : error;
          });
        }
      }
      // After the snapshot: what a run of this checkpoint needs of earlier epochs is there.
      if (atCheckpoint) {
        if (!allFinite(state)) throw diverged(loaded, factor, done, checkpointFile);
        await writeCheckpoint(checkpointFile, { state, history }, settingsHash);
        await writeFileAtomic(join(run.folder, 'losses.jsonl'), lossLines(history, stepsPerEpoch, companion));
      }
    }
  } finally {
    progress.stop();
    await loop.dispose();
  }

  const title = `scoring ${factor}`;
  const { generator, representation } = await chooseSnapshot(training, { ...run, title });
  const example = generator.parameters;
  const sampler = await makeSampler(networks, { seed, factor, example, device: run.device });
  const samples = await contactSheet(await sampler(generator.parameters), SAMPLE_COLUMNS);
  await writeArtifact(run.folder, {
    kind: GENERATOR_KIND,
    settings,
    seed,
    files: {
      [WEIGHTS_FILE]: encodeGenerator(generator),
      'generator.onnx': generatorToOnnx(generator),
      'model-card.md': modelCard({
        loaded,
        factor,
        history,
        stepsPerEpoch,
        images: run.images,
        generator,
        representation,
      }),
      'samples.png': samples,
      'losses.jsonl': lossLines(history, stepsPerEpoch, companion),
      'representation.json': `${JSON.stringify(representation, null, 2)}\n`,
    },
  });
  await removeTraces();
  return true;
}

const allFinite = (state: TrainingState<NdArray>): boolean =>
  leaves(state as unknown as Tree<NdArray>, isNdArray).every(([, { data }]) =>
    (data as Float32Array).every(Number.isFinite),
  );

const lossLines = (history: History, stepsPerEpoch: number, companion: string): string =>
  history
    .map((losses, step) => {
      const epoch = Math.floor(step / stepsPerEpoch) + 1;
      const line = { step: step + 1, epoch, [companion]: losses.companion, generator: losses.generator };
      return `${JSON.stringify(line)}\n`;
    })
    .join('');

const diverged = (
  { file }: Loaded<GeneratorSettings>,
  factor: Factor,
  step: number,
  checkpointFile: string,
): UserError =>
  new UserError(
    `training the ${factor} generator diverged at step ${step} (not a number, or too large a one); lower ${factor}.training.learningRate in ${file}; the last good state is ${checkpointFile}`,
  );
