// Trains a denoiser for a pair of generators: examples are solved first, and kept; then the network learns from them.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ByFactor,
  byFactor,
  encodeSafetensors,
  type Float32NdArray,
  float32,
  type NdArray,
  randomStream,
} from '@blind-demod/arrays';
import {
  artifactIsCurrent,
  hashOf,
  readIfThere,
  startProgress,
  writeFileAtomic,
} from '@blind-demod/artifacts';
import { type Denoiser, noiseLevels, type SolverSettings, UNKNOWN_EXPOSURE } from '@blind-demod/demod-core';
import type { Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { decodeCheckpoint } from '../checkpoint.js';
import { encoderOf, encoderSha256, type Generators } from '../encoder.js';
import { generatorPrior, generatorSha256 } from '../generator.js';
import { trainInOneCycle } from '../one-cycle.js';
import { DENOISER_KIND, writeDenoiser } from './artifact.js';
import {
  type ExampleSource,
  type Examples,
  joinExamples,
  makeExamples,
  takeExamples,
  withNoise,
} from './examples.js';
import { type DenoiserBatch, denoiserLoss, initialLayers } from './network.js';

/** How a denoiser is made and trained. */
export interface DenoiserSettings {
  /** Pairs that are solved. */
  readonly examples: number;
  /** Evaluations of the polish of each. */
  readonly polish: number;
  readonly maps: number;
  readonly layers: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly highestRate: number;
}

const SETTINGS: DenoiserSettings = {
  ...{ examples: 4096, polish: 150, maps: 40, layers: 5 },
  ...{ steps: 4000, batchSize: 32, highestRate: 0.002 },
};
/** Pairs that are solved and kept at once. */
const AT_ONCE = 64;
const AVERAGE_DECAY = 0.995;
const CHECKPOINT_STEPS = 100;

/**
 * Trains the denoiser of these generators for this solver into `folder`. What a killed training left beside it, in
 * `folder`-training, is taken up.
 * Every second batch of examples is solved for its exposures and black levels too, as `recover` does.
 *
 * @param images of training.
 * @returns whether there was anything to do.
 * @throws UserError when the loss is no number, the device does not work, or something cannot be written.
 */
export async function trainDenoiser({
  generators,
  images,
  solver,
  folder,
  seed,
  device,
  settings = SETTINGS,
}: {
  generators: Generators;
  images: ByFactor<Float32NdArray>;
  solver: SolverSettings;
  folder: string;
  seed: number;
  device: Device;
  settings?: DenoiserSettings;
}): Promise<boolean> {
  const { encoder } = generators;
  const { refinement: _, ...search } = solver;
  const networks = {
    generators: byFactor(factor => generatorSha256(generators[factor])),
    ...(encoder && { encoder: encoderSha256(encoder) }),
  };
  const source = { seed, settings: { ...networks, solver: search, ...settings } };
  if (await artifactIsCurrent(folder, { kind: DENOISER_KIND, settings: source.settings })) return false;
  const work = `${folder}-training`;
  const { polish } = settings;
  const examples = await solveExamples(
    {
      priors: [generatorPrior(generators.signal), generatorPrior(generators.distortion)],
      encoder: encoder && encoderOf(encoder),
      ...{ images, seed, device, solver: { ...solver, polish } },
    },
    settings.examples,
    { folder: work, settingsHash: hashOf({ seed, ...networks, solver: search, polish }) },
  );

  const progress = startProgress({ title: 'training the denoiser', total: settings.steps });
  const [, channels, size] = images.signal.shape as [number, number, number];
  const drawnSize = ('drawnSize' in generators.signal && generators.signal.drawnSize) || size;
  const trained = await trainInOneCycle<keyof DenoiserBatch<NdArray>>({
    start: initialLayers({ channels, ...settings }, randomStream(seed, 'denoiser', 'weights')),
    examplesAt: batchesOf(examples, seed, settings.batchSize),
    loss: (layers, batch) => denoiserLoss({ drawnSize, layers: layers as Denoiser<Tensor>['layers'] }, batch),
    done: step => step / settings.steps,
    highestRate: settings.highestRate,
    averageDecay: AVERAGE_DECAY,
    device,
    checkpoint: {
      file: join(work, 'checkpoint.safetensors'),
      every: CHECKPOINT_STEPS,
      settingsHash: hashOf(source),
    },
    onStep: (step, loss) => progress.update(step + 1, `loss ${loss.toFixed(3)}`),
  }).finally(progress.stop);
  await writeDenoiser(folder, { drawnSize, layers: trained as Denoiser['layers'] }, source);
  await rm(work, { recursive: true, force: true });
  return true;
}

/** Examples, some at a time; those that an earlier run left in the folder are not solved again. */
async function solveExamples(
  source: ExampleSource,
  total: number,
  { folder, settingsHash }: { folder: string; settingsHash: string },
): Promise<Examples> {
  const progress = startProgress({ title: 'solving training pairs', total });
  const parts: Examples[] = [];
  try {
    for (let first = 0; first < total; first += AT_ONCE) {
      const isOfRecover = parts.length % 2 === 1;
      const solver = { ...source.solver, ...(isOfRecover && UNKNOWN_EXPOSURE) };
      const count = Math.min(AT_ONCE, total - first);
      const make = () => makeExamples({ ...source, solver }, { first, count });
      parts.push(await kept(join(folder, `examples-${first}.safetensors`), settingsHash, make));
      progress.update(first + count);
    }
  } finally {
    progress.stop();
  }
  return joinExamples(parts);
}

/** The batch of each step; every pass over the examples is in an order of its own, and noise is drawn anew. */
function batchesOf(
  examples: Examples,
  seed: number,
  size: number,
): (step: number) => DenoiserBatch<Float32NdArray> {
  const count = examples.truth.shape[0]!;
  const perPass = Math.max(1, Math.floor(count / size));
  return step => {
    const order = randomStream(seed, 'denoiser', 'order', Math.floor(step / perPass)).permutation(count);
    const start = (step % perPass) * size;
    const { light, noise, ...some } = takeExamples(examples, order.slice(start, start + size));
    const { observed } = some;
    const observation = withNoise({ light, noise, observed }, randomStream(seed, 'denoiser', 'step', step));
    const told = Float32Array.from(noiseLevels(observation, observed));
    return { ...some, observation, noise: float32(noise.shape, told) };
  };
}

/** Examples that were made before with the same settings; else they are made, and kept. */
async function kept(file: string, settingsHash: string, make: () => Promise<Examples>): Promise<Examples> {
  const bytes = await readIfThere(file);
  if (bytes !== undefined) {
    const { tensors, metadata } = decodeCheckpoint(bytes, file);
    if (metadata.settingsHash === settingsHash) return tensors as unknown as Examples;
  }
  const examples = await make();
  await writeFileAtomic(file, encodeSafetensors({ ...examples }, { settingsHash }));
  return examples;
}
