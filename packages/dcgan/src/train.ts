// Trains one generator: the loop around the step, with checkpoints, samples, and a reason when it has to stop.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contactSheet, dataSettings, type FactorImages } from '@blind-demod/distortion-data';
import {
  artifactIsCurrent,
  type Experiment,
  type Factor,
  type Float32NdArray,
  float32,
  hashOf,
  type LoadedExperiment,
  type NdArray,
  randomStream,
  startProgress,
  UserError,
  writeArtifact,
  writeFileAtomic,
} from '@blind-demod/experiment';
import { compile, type Device, isNdArray, leaves, type Tree } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type History, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import {
  encodeGenerator,
  foldNormalisation,
  GENERATOR_KIND,
  type Generator,
  generatorToOnnx,
} from './generator.js';
import { modelCard } from './model-card.js';
import { generate, type ImageShape, type Parameters } from './networks.js';
import { type Batch, initialState, type TrainingState, trainingStep } from './step.js';

/** Generated images on a sample sheet, and per row of it. */
const SAMPLES = 64;
const SAMPLE_COLUMNS = 8;
/** Codes over which batch normalisation's moments are taken when it is frozen. */
const MOMENT_SAMPLES = 512;
/** From this epoch on, samples that vary less than this fraction of what the images do mean a collapse. */
const COLLAPSE = { epoch: 3, spread: 0.02 };

/** Everything that a trained generator depends on. */
export function trainingSettings(experiment: Experiment, factor: Factor): object {
  const { network, training } = experiment[factor];
  const { checkpointEvery: _, ...effective } = training;
  return { data: dataSettings(experiment, factor), network, training: effective };
}

export interface TrainingRun {
  readonly images: FactorImages;
  /** The artifact's folder, which also takes the checkpoint, the losses and the sample sheets. */
  readonly folder: string;
  readonly device: Device;
}

/**
 * Trains the generator of one factor and writes its artifact; goes on where an earlier run of the same settings was
 * stopped, to the same result, and does nothing if it is there already.
 *
 * @returns whether there was anything to do.
 * @throws UserError if training diverges or collapses (the last good checkpoint stays), or a folder cannot be written.
 */
export async function trainGenerator(
  loaded: LoadedExperiment,
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
  const batchAt = (step: number): Batch<NdArray> => {
    const order = randomStream(seed, factor, 'order', Math.floor(step / stepsPerEpoch)).permutation(
      images.shape[0]!,
    );
    const random = randomStream(seed, factor, 'step', step);
    const start = (step % stepsPerEpoch) * training.batchSize;
    const batch = take(images, order.subarray(start, start + training.batchSize));
    const noise = () => float32(batch.shape, random.normals(batch.data.length));
    const codes = float32(
      [training.batchSize, network.latentDimension],
      random.normals(training.batchSize * network.latentDimension),
    );
    return { images: batch, codes, realNoise: noise(), fakeNoise: noise() };
  };

  // Start, or go on.
  const checkpointFile = join(run.folder, 'checkpoint.safetensors');
  const settingsHash = hashOf(settings);
  const initial = initialState(network, imageShape, randomStream(seed, factor, 'initial'));
  const checkpoint = await readCheckpoint(checkpointFile, initial, settingsHash);
  let state: TrainingState<NdArray> = checkpoint?.state ?? initial;
  const history: History = checkpoint?.history ?? [];
  await mkdir(run.folder, { recursive: true }).catch(error => {
    throw new UserError(`cannot write to ${run.folder}: ${error.code}; choose another folder with --out`);
  });

  const step = await compile(
    (input: { state: TrainingState<Tensor>; batch: Batch<Tensor> }) =>
      trainingStep(input.state, input.batch, network, training),
    { state, batch: batchAt(0) },
    run,
  );
  const sheet = await sampler(loaded, factor, state.average, run.device);
  const spreadOfImages = spread(images);

  const progress = startProgress({ title: `training ${factor}`, total: steps, initial: history.length });
  try {
    let batch = batchAt(history.length);
    for (let done = history.length; done < steps; ) {
      const running = step.run({ state, batch });
      if (done + 1 < steps) batch = batchAt(done + 1); // made while the step runs
      const result = await running;
      state = result.state;
      const losses = {
        discriminator: result.discriminatorLoss.data[0]!,
        generator: result.generatorLoss.data[0]!,
      };
      history.push(losses);
      done = history.length;
      if (!Number.isFinite(losses.discriminator + losses.generator))
        throw diverged(loaded, factor, done, checkpointFile);

      const epoch = Math.floor(done / stepsPerEpoch);
      progress.update(
        done,
        `epoch ${Math.min(epoch + 1, training.epochs)}/${training.epochs}, losses ${losses.discriminator.toFixed(3)} (D) ${losses.generator.toFixed(3)} (G)`,
      );
      if (done % training.checkpointEvery === 0 || done === steps) {
        if (!isFinite(state)) throw diverged(loaded, factor, done, checkpointFile);
        await writeCheckpoint(checkpointFile, { state, history }, settingsHash);
        await writeFileAtomic(join(run.folder, 'losses.jsonl'), lossLines(history, stepsPerEpoch));
      }
      if (done % stepsPerEpoch === 0) {
        const samples = await sheet(state.average);
        const file = join(run.folder, 'samples', `epoch-${String(epoch).padStart(3, '0')}.png`);
        await writeFileAtomic(file, await contactSheet(samples, SAMPLE_COLUMNS));
        if (epoch >= COLLAPSE.epoch && spread(samples) < COLLAPSE.spread * spreadOfImages) {
          throw new UserError(
            `training the ${factor} generator collapsed in epoch ${epoch}: its samples are all alike (${file}); try more ${factor}.training.instanceNoise or another seed in ${loaded.file}, and delete ${checkpointFile}`,
          );
        }
      }
    }
  } finally {
    progress.stop();
    await step.dispose();
  }

  const generator = await freeze(loaded, factor, state.average, imageShape, run.device);
  await writeArtifact(run.folder, {
    kind: GENERATOR_KIND,
    settings,
    seed,
    files: {
      'generator.safetensors': encodeGenerator(generator),
      'generator.onnx': generatorToOnnx(generator),
      'model-card.md': modelCard({ loaded, factor, history, stepsPerEpoch, images: run.images, generator }),
      'samples.png': await contactSheet(await sheet(state.average), SAMPLE_COLUMNS),
      'losses.jsonl': lossLines(history, stepsPerEpoch),
    },
  });
  await rm(checkpointFile, { force: true });
  return true;
}

/** The generator that a state amounts to: its average, with batch normalisation frozen and folded in. */
async function freeze(
  { experiment }: LoadedExperiment,
  factor: Factor,
  parameters: Parameters<NdArray>,
  imageShape: ImageShape,
  device: Device,
): Promise<Generator> {
  const { latentDimension, outputRange } = experiment[factor].network;
  const random = randomStream(experiment.seed, factor, 'moments');
  const codes = float32([MOMENT_SAMPLES, latentDimension], random.normals(MOMENT_SAMPLES * latentDimension));
  const program = await compile(
    (input: { parameters: Parameters<Tensor>; codes: Tensor }) =>
      foldNormalisation(input.parameters, input.codes, outputRange),
    { parameters, codes },
    { device },
  );
  const folded = await program.run({ parameters, codes });
  await program.dispose();
  return { latentDimension, imageShape, outputRange, parameters: folded };
}

/** A program that draws the images of fixed latent codes, to watch them change from epoch to epoch. */
async function sampler(
  { experiment }: LoadedExperiment,
  factor: Factor,
  example: Parameters<NdArray>,
  device: Device,
): Promise<(parameters: Parameters<NdArray>) => Promise<Float32NdArray>> {
  const { latentDimension, outputRange } = experiment[factor].network;
  const random = randomStream(experiment.seed, factor, 'samples');
  const codes = float32([SAMPLES, latentDimension], random.normals(SAMPLES * latentDimension));
  const program = await compile(
    (input: { parameters: Parameters<Tensor>; codes: Tensor }) =>
      generate(input.parameters, input.codes, outputRange),
    { parameters: example, codes },
    { device },
  );
  return async parameters => {
    const { shape, data } = await program.run({ parameters, codes });
    return float32(shape, data as Float32Array);
  };
}

/** The images at `indices`, in that order. */
function take(images: Float32NdArray, indices: Int32Array): Float32NdArray {
  const size = images.data.length / images.shape[0]!;
  const taken = new Float32Array(indices.length * size);
  indices.forEach((index, position) => {
    taken.set(images.data.subarray(index * size, (index + 1) * size), position * size);
  });
  return float32([indices.length, ...images.shape.slice(1)], taken);
}

/** How much images differ from each other: the standard deviation of a pixel over them, averaged over pixels. */
function spread({ shape, data }: Float32NdArray): number {
  const count = shape[0]!;
  const pixels = data.length / count;
  let total = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    let [sum, squares] = [0, 0];
    for (let at = pixel; at < data.length; at += pixels) {
      sum += data[at]!;
      squares += data[at]! ** 2;
    }
    total += Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  }
  return total / pixels;
}

const isFinite = (state: TrainingState<NdArray>): boolean =>
  leaves(state as unknown as Tree<NdArray>, isNdArray).every(([, { data }]) =>
    (data as Float32Array).every(Number.isFinite),
  );

const lossLines = (history: History, stepsPerEpoch: number): string =>
  history
    .map(
      (losses, step) =>
        `${JSON.stringify({ step: step + 1, epoch: Math.floor(step / stepsPerEpoch) + 1, ...losses })}\n`,
    )
    .join('');

const diverged = (
  { file }: LoadedExperiment,
  factor: Factor,
  step: number,
  checkpointFile: string,
): UserError =>
  new UserError(
    `training the ${factor} generator diverged at step ${step} (not a number); lower ${factor}.training.learningRate in ${file}; the last good state is ${checkpointFile}`,
  );
