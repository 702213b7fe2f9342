// Trains one generator: the loop around the step, with checkpoints, samples, and a reason when it has to stop.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkMemory,
  type Factor,
  type NdArray,
  otherFactor,
  type RandomStream,
  randomStream,
  UserError,
} from '@blind-demod/arrays';
import {
  artifactIsCurrent,
  changedFiles,
  durationText,
  foreignFile,
  hashOf,
  type Loaded,
  makeFolder,
  startProgress,
  systemReason,
  writeArtifact,
  writeFileAtomic,
} from '@blind-demod/artifacts';
import { dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import {
  chosenDevice,
  compileLoop,
  type Device,
  isNdArray,
  leaves,
  type Tree,
  threadCount,
} from '@blind-demod/jit';
import { contactSheet } from '@blind-demod/picture';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImageShape } from './architectures/architecture.js';
import { DEFAULT_ARCHITECTURE } from './architectures/index.js';
import { batches } from './batches.js';
import {
  type Checkpoint,
  checkpointSettings,
  type History,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint.js';
import { freeze } from './freeze.js';
import { encodeGenerator, generatorToOnnx } from './generator.js';
import { GENERATOR_KIND, WEIGHTS_FILE } from './load.js';
import { modelCard } from './model-card.js';
import { type Networks, networksOf } from './networks.js';
import { asksForOthers, DEFAULT_OBJECTIVE, OBJECTIVES, planOf } from './objectives/index.js';
import type { Batch, Plan } from './objectives/objective.js';
import type { Parameters } from './parameters.js';
import { makeSampler, spread } from './samples.js';
import type { GeneratorSettings } from './settings.js';
import {
  chooseSnapshot,
  isSnapshot,
  REPRESENTATION_FILE,
  type Score,
  SnapshotGoneError,
  snapshotFolder,
  writeSnapshot,
} from './snapshots.js';
import { initialState, stepsTogether, type TrainingState, trainingStep } from './step.js';
import { startTiming, type Timing } from './training-time.js';

/** The files of the artifact, beside its weights. */
const SIDE_FILES = {
  onnx: 'generator.onnx',
  card: 'model-card.md',
  samples: 'samples.png',
  losses: 'losses.jsonl',
  representation: REPRESENTATION_FILE,
} as const;

/** Samples per row of a sheet. */
const SAMPLE_COLUMNS = 8;
/** Training has collapsed when, from this epoch on, the samples vary by less than this fraction of how the images vary. */
const COLLAPSE = { epoch: 3, spread: 0.02 };

/** Steps whose time tells how long all take. */
const TIMED_STEPS = 3;

/** Everything that a trained generator depends on. */
export function trainingSettings(experiment: GeneratorSettings, factor: Factor): object {
  const { network, training } = experiment[factor];
  const { checkpointEvery: _, ...effective } = training;
  return {
    data: dataSettings(experiment, factor),
    // The default choices are left out: settings that are kept with generators are older than the two choices.
    network: without('architecture', DEFAULT_ARCHITECTURE, network),
    training: without('objective', DEFAULT_OBJECTIVE, effective),
    ...(asksForOthers(training) && { others: dataSettings(experiment, otherFactor(factor)) }),
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
  /** Of the other factor; for settings that ask for them. */
  readonly others?: FactorImages | undefined;
  /** The artifact's folder, which also takes the checkpoint, the losses, the snapshots and the sample sheets. */
  readonly folder: string;
  readonly device: Device;
  /** The measure by which the epoch is chosen whose generator is kept. */
  readonly score: Score;
}

/** A training with all that follows from its settings. */
interface Training extends TrainingRun {
  readonly loaded: Loaded<GeneratorSettings>;
  readonly factor: Factor;
  readonly settings: object;
  readonly networks: Networks;
  readonly plan: Plan;
  readonly stepsPerEpoch: number;
  readonly checkpointFile: string;
}

const checkpointIn = (folder: string): string => join(folder, 'checkpoint.safetensors');

/**
 * What a training would replace that is not its own: a finished generator or a checkpoint of other settings, or a file that
 * somebody put there or changed.
 *
 * @returns its path; undefined where nothing would be lost.
 */
export async function foreignTraining(folder: string, settings: object): Promise<string | undefined> {
  const checkpoint = await checkpointSettings(checkpointIn(folder));
  if (checkpoint !== undefined && checkpoint !== hashOf(settings)) return checkpointIn(folder);
  const isUnderWay = [checkpointIn(folder), snapshotFolder(folder)].some(existsSync);
  const wanted = { kind: GENERATOR_KIND, settings };
  const changed = await changedFiles(folder, wanted);
  if (changed && !changed.includes(WEIGHTS_FILE)) return undefined; // then nothing is written
  const names = [
    ...(changed ? [] : [WEIGHTS_FILE]),
    // A training that is under way has the losses so far beside its checkpoint.
    ...Object.values(SIDE_FILES).filter(name => name !== SIDE_FILES.losses || !isUnderWay),
  ];
  return foreignFile(folder, { ...wanted, names });
}

/**
 * Trains the generator of one factor and writes its artifact; goes on where an earlier run of the same settings was
 * stopped, to the same result, and does nothing if it is there already. Of one whose other files were changed since, it
 * says so on stderr, and leaves it as it is.
 *
 * @returns whether there was anything to do.
 * @throws UserError if training diverges or collapses (the last good checkpoint stays), or a folder cannot be written.
 */
export async function trainGenerator(
  loaded: Loaded<GeneratorSettings>,
  factor: Factor,
  run: TrainingRun,
): Promise<boolean> {
  const settings = trainingSettings(loaded.experiment, factor);
  const changed = await changedFiles(run.folder, { kind: GENERATOR_KIND, settings });
  if (changed !== undefined && !changed.includes(WEIGHTS_FILE)) {
    for (const name of changed) {
      process.stderr.write(
        `note: ${join(run.folder, name)} is not as the training wrote it; the generator is\n`,
      );
    }
    return false;
  }
  const training = prepare(loaded, factor, settings, run);
  await makeFolder(run.folder).catch(error => {
    throw new UserError(
      `cannot write ${run.folder}: ${systemReason(error)}; choose another folder with --out`,
    );
  });
  const { timing, ...done } = await runSteps(training);
  try {
    await keepBest(training, done);
  } catch (error) {
    if (error instanceof SnapshotGoneError) return overtaken(training, error);
    throw error;
  }
  await timing.keep();
  await removeTraces(training);
  return true;
}

/** What it means that a snapshot is gone: another program finished this training meanwhile, or it cannot be finished. */
async function overtaken(
  { folder, settings, checkpointFile }: Training,
  { message }: SnapshotGoneError,
): Promise<false> {
  if (await artifactIsCurrent(folder, { kind: GENERATOR_KIND, settings })) {
    process.stderr.write(
      `note: another program has finished the same training in ${folder}; its generator is kept\n`,
    );
    return false;
  }
  throw new UserError(
    `${message}: somebody removed it while the training was under way, and without it none can be chosen; nothing else is lost, but to train anew delete ${checkpointFile}`,
  );
}

/** @throws UserError if there are not enough images for a batch. */
function prepare(
  loaded: Loaded<GeneratorSettings>,
  factor: Factor,
  settings: object,
  run: TrainingRun,
): Training {
  const { network, training } = loaded.experiment[factor];
  const [count = 0, ...imageShape] = run.images.train.pixels.shape;
  const stepsPerEpoch = Math.floor(count / training.batchSize);
  if (stepsPerEpoch === 0) {
    throw new UserError(
      `${loaded.file}: ${factor}.training.batchSize is ${training.batchSize}, but there are only ${count} training images`,
    );
  }
  const networks = networksOf(network, imageShape as unknown as ImageShape);
  const plan = planOf(training, networks);
  const checkpointFile = checkpointIn(run.folder);
  return { ...run, loaded, factor, settings, networks, plan, stepsPerEpoch, checkpointFile };
}

/** All steps, or those that a checkpoint leaves. Returns the losses of every step. */
async function runSteps(
  training: Training,
): Promise<Pick<Checkpoint, 'history' | 'computers'> & { timing: Timing }> {
  const { loaded, factor, networks, plan, stepsPerEpoch, device } = training;
  const { experiment } = loaded;
  const images = training.images.train.pixels;
  const settings = experiment[factor].training;
  const steps = stepsPerEpoch * settings.epochs;
  const batchAt = batches(experiment, factor, { images, others: training.others?.train.pixels }, plan);

  const random = withinMemory(randomStream(experiment.seed, factor, 'initial'), factor);
  const initial = initialState(networks, plan, { count: images.shape[0]!, random });
  const checkpoint = await readCheckpoint(training.checkpointFile, initial, hashOf(training.settings));
  if (checkpoint === undefined) await removeTraces(training); // of a run of other settings
  const { history, ...start } = checkpoint ?? { state: initial, history: [], computers: [] };
  const computers = [...new Set([...start.computers, await computer(device)])];
  const timing = await startTiming(training.folder, checkpoint !== undefined);

  const loop = await compileLoop(
    (before: TrainingState<Tensor>, batch: Batch<Tensor>) =>
      trainingStep(plan, settings, before, batch, steps),
    { state: start.state, input: batchAt(0) },
    { device, several: true },
  );
  const endEpoch = await epochEnd(training, start.state.average);
  const progress = startProgress({ title: `training ${factor}`, total: steps, initial: history.length });
  const first = history.length;
  progress.log(planned(training, first));
  /** Seconds that a step takes. The first does not tell: it takes the memory of a process, and is slower than the others. */
  let pace: number | undefined;
  const stops = [stepsPerEpoch, settings.checkpointEvery];
  function* batchesFrom(step: number, count: number) {
    for (let at = step; at < step + count; at++) yield batchAt(at);
  }
  try {
    for (let done = first; done < steps; ) {
      const wanted = done === first ? 1 : pace === undefined ? TIMED_STEPS : stepsTogether(pace);
      const count = Math.min(wanted, ...stops.map(every => every - (done % every)), steps - done);
      const start = performance.now();
      for (const { companionLoss, generatorLoss } of await loop.steps(batchesFrom(done, count))) {
        const losses = { companion: companionLoss.data[0]!, generator: generatorLoss.data[0]! };
        if (!Number.isFinite(losses.companion + losses.generator))
          throw diverged(training, history.length + 1);
        history.push(losses);
      }
      done = history.length;
      progress.update(done, noteOn(training, done, history.at(-1)!));
      if (done > first + 1 && pace === undefined) {
        pace = (performance.now() - start) / 1000 / count;
        progress.log(
          `${factor}: about ${durationText(pace * (steps - done))} from here, at ${pace.toPrecision(2)} s a step`,
        );
      }

      const isLast = done === steps;
      const atEpoch = done % stepsPerEpoch === 0;
      const atCheckpoint = isLast || done % settings.checkpointEvery === 0;
      if (!atEpoch && !atCheckpoint) continue;
      const state = await loop.state();
      if (atEpoch) await endEpoch(done / stepsPerEpoch, state.average);
      // After the snapshot: what a run of this checkpoint needs of earlier epochs is there.
      if (atCheckpoint) {
        await keepState(training, { state, history, computers });
        await timing.keep();
      }
    }
  } finally {
    progress.stop();
    await loop.dispose();
  }
  return { history, computers, timing };
}

/** What computes, as a manifest tells it: the last bits of a training depend on it. */
async function computer(device: Device): Promise<string> {
  const chosen = await chosenDevice(device);
  return chosen === 'cpu' ? `cpu, threads: ${threadCount()}` : chosen;
}

/** Adam keeps two numbers beside each parameter, the average one, the engine has a copy of all, and reads gradients. */
const BYTES_PER_PARAMETER = 28;

/** A stream that draws no more initial parameters than there is memory to train. */
function withinMemory(random: RandomStream, factor: Factor): RandomStream {
  let drawn = 0;
  return {
    ...random,
    normals: count => {
      drawn += count;
      checkMemory(BYTES_PER_PARAMETER * drawn, `training the ${factor} generator`);
      return random.normals(count);
    },
  };
}

/** What is done after an epoch: a sample sheet, a look at whether the samples are all alike, and maybe a snapshot. */
async function epochEnd(
  training: Training,
  example: Parameters<NdArray>,
): Promise<(epoch: number, average: Parameters<NdArray>) => Promise<void>> {
  const { loaded, factor, networks, stepsPerEpoch, folder, device, checkpointFile } = training;
  const { seed, [factor]: settings } = loaded.experiment;
  const sampler = await makeSampler(networks, { seed, factor, example, device });
  const least = COLLAPSE.spread * spread(training.images.train.pixels);
  const { advice } = OBJECTIVES[settings.training.objective];
  return async (epoch, average) => {
    const samples = await sampler(average);
    const file = join(folder, 'samples', `epoch-${String(epoch).padStart(3, '0')}.png`);
    await writeFileAtomic(file, await contactSheet(samples, SAMPLE_COLUMNS));
    if (epoch >= COLLAPSE.epoch && spread(samples) < least) {
      throw new UserError(
        `training the ${factor} generator collapsed in epoch ${epoch}: its samples are all alike (${file}); try ${advice} in ${factor}.training or another seed in ${loaded.file}, and delete ${checkpointFile}`,
      );
    }
    if (!isSnapshot(epoch, settings.training)) return;
    const generator = await freeze(loaded.experiment, factor, average, networks.imageShape, device);
    await writeSnapshot(folder, epoch, generator).catch(error => {
      throw error instanceof RangeError ? diverged(training, epoch * stepsPerEpoch) : error;
    });
  };
}

/** Writes a checkpoint, and the losses so far. */
async function keepState(training: Training, checkpoint: Checkpoint): Promise<void> {
  const { state, history } = checkpoint;
  if (!allFinite(state)) throw diverged(training, history.length);
  await writeCheckpoint(training.checkpointFile, checkpoint, hashOf(training.settings));
  await writeFileAtomic(join(training.folder, SIDE_FILES.losses), lossLines(training, history));
}

/** Writes the artifact of the best snapshot. */
async function keepBest(
  training: Training,
  { history, computers }: Pick<Checkpoint, 'history' | 'computers'>,
): Promise<void> {
  const { loaded, factor, settings, networks, stepsPerEpoch, folder, images, device, score } = training;
  const { seed, [factor]: of } = loaded.experiment;
  const title = `scoring ${factor}`;
  const { generator, representation } = await chooseSnapshot(of.training, { folder, images, score, title });
  const example = generator.parameters;
  const sampler = await makeSampler(networks, { seed, factor, example, device });
  await writeArtifact(folder, {
    kind: GENERATOR_KIND,
    settings,
    seed,
    versions: { computer: computers.join('; then ') },
    files: {
      [WEIGHTS_FILE]: encodeGenerator(generator),
      [SIDE_FILES.onnx]: generatorToOnnx(generator),
      [SIDE_FILES.card]: modelCard({
        loaded,
        factor,
        history,
        stepsPerEpoch,
        images,
        generator,
        representation,
      }),
      [SIDE_FILES.samples]: await contactSheet(await sampler(example), SAMPLE_COLUMNS),
      [SIDE_FILES.losses]: lossLines(training, history),
      [SIDE_FILES.representation]: `${JSON.stringify(representation, null, 2)}\n`,
    },
  });
}

async function removeTraces({ checkpointFile, folder }: Training): Promise<void> {
  await rm(checkpointFile, { force: true });
  await rm(snapshotFolder(folder), { recursive: true, force: true });
}

const allFinite = (state: TrainingState<NdArray>): boolean =>
  leaves(state as unknown as Tree<NdArray>, isNdArray).every(([, { data }]) =>
    (data as Float32Array).every(Number.isFinite),
  );

/** What is about to be done. */
function planned({ loaded, factor, networks, images, stepsPerEpoch }: Training, done: number): string {
  const { epochs, batchSize, objective } = loaded.experiment[factor].training;
  const { architecture } = loaded.experiment[factor].network;
  const goesOn = done === 0 ? '' : `, from step ${done + 1} on`;
  return `${factor}: ${architecture}, ${objective}, ${networks.imageShape.join('×')}, on ${images.train.pixels.shape[0]} images: ${epochs} epochs of ${stepsPerEpoch} steps of ${batchSize} images${goesOn}`;
}

const companionOf = ({ loaded, factor }: Training): string =>
  OBJECTIVES[loaded.experiment[factor].training.objective].companion;

/** What the progress says beside the number of steps. */
function noteOn(training: Training, done: number, losses: History[number]): string {
  const { epochs } = training.loaded.experiment[training.factor].training;
  const epoch = Math.min(Math.floor(done / training.stepsPerEpoch) + 1, epochs);
  const [companion, generator] = [losses.companion.toFixed(3), losses.generator.toFixed(3)];
  return `epoch ${epoch}/${epochs}, losses ${companion} (${companionOf(training)}) ${generator} (generator)`;
}

function lossLines(training: Training, history: History): string {
  const lines = history.map(({ companion, generator }, step) => {
    const epoch = Math.floor(step / training.stepsPerEpoch) + 1;
    const line = { step: step + 1, epoch, [companionOf(training)]: companion, generator };
    return `${JSON.stringify(line)}\n`;
  });
  return lines.join('');
}

const diverged = ({ loaded, factor, checkpointFile }: Training, step: number): UserError =>
  new UserError(
    `training the ${factor} generator diverged at step ${step} (not a number, or too large a one); lower ${factor}.training.learningRate in ${loaded.file}; the last good state is ${checkpointFile}`,
  );
