// Training on webgpu beside cpu: the losses of both generators. In software it is a small one for three steps; on a GPU, by
// `npm run check:gpu`, those of the paper.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FACTORS, type Factor, randomStream } from '@blind-demod/arrays';
import { prepareImages } from '@blind-demod/distortion-data';
import { loadExperiment } from '@blind-demod/experiment';
import { compileLoop, type Device, useThreads } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, inject, test } from 'vitest';
import { batches } from '../packages/dcgan/src/batches.js';
import { networksOf } from '../packages/dcgan/src/networks.js';
import { planOf } from '../packages/dcgan/src/objectives/index.js';
import type { Batch } from '../packages/dcgan/src/objectives/objective.js';
import { initialState, type TrainingState, trainingStep } from '../packages/dcgan/src/step.js';

const isSoftware = inject('software');
const CONFIG = isSoftware ? 'smoke.json' : 'paper.json';
const STEPS = isSoftware ? 3 : 30;
/** Steps whose losses are compared. */
const COMPARED = Math.min(STEPS, 5);

/**
 * How much of a loss may differ after so many steps. Adam's first steps have the size of its rate whatever the gradient, so
 * that rounding errors grow: with the paper's distortions to 1e-5, 4e-5, 5e-4, 5e-4 and 1e-3 of a loss on an H100, and to as much
 * on another processor with convolutions made in another way. After ten steps nothing is left to compare.
 */
const allowed = (step: number): number => 1e-4 * 4 ** (step - 1);

test.runIf(inject('devices').includes('webgpu')).each(isSoftware ? FACTORS.slice(0, 1) : FACTORS)(
  `the %s generator has the losses of cpu on webgpu (configs/${CONFIG})`,
  async factor => {
    const [cpu, webgpu] = [await train(factor, 'cpu'), await train(factor, 'webgpu')];
    for (let step = 1; step <= COMPARED; step++) {
      for (const [index, loss] of webgpu.losses[step - 1]!.entries()) {
        const expected = cpu.losses[step - 1]![index]!;
        expect(Math.abs(loss - expected) / expected, `step ${step}`).toBeLessThan(allowed(step));
      }
    }
    if (!isSoftware)
      console.info(`${factor}: ms a step: cpu ${cpu.milliseconds}, webgpu ${webgpu.milliseconds}`);
  },
  600_000,
);

/** The losses of companion and generator at each step, and the time of one. */
async function train(factor: Factor, device: Device) {
  if (!isSoftware) useThreads(availableParallelism());
  const loaded = await loadExperiment(fileURLToPath(new URL(`../configs/${CONFIG}`, import.meta.url)));
  const { experiment } = loaded;
  const folder = await mkdtemp(join(tmpdir(), 'demod-gpu-'));
  const images = (await prepareImages(loaded, factor, folder)).train.pixels;
  await rm(folder, { recursive: true });
  const { network, training } = experiment[factor];
  const [count, ...imageShape] = images.shape as [number, number, number, number];
  const networks = networksOf(network, imageShape);
  const plan = planOf(training, networks);
  const batchAt = batches(experiment, factor, { images }, plan);
  const loop = await compileLoop(
    (before: TrainingState<Tensor>, batch: Batch<Tensor>) =>
      trainingStep(plan, training, before, batch, STEPS),
    {
      state: initialState(networks, plan, {
        count,
        random: randomStream(experiment.seed, factor, 'initial'),
      }),
      input: batchAt(0),
    },
    { device },
  );
  const batchesOf = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => batchAt(from + index));
  const outputs = await loop.steps(batchesOf(0, COMPARED));
  const rest = batchesOf(COMPARED, STEPS);
  const start = performance.now();
  outputs.push(...(await loop.steps(rest)));
  const milliseconds = ((performance.now() - start) / rest.length).toFixed(1);
  await loop.dispose();
  const losses = outputs.map(({ companionLoss, generatorLoss }) =>
    [companionLoss, generatorLoss].map(({ data }) => data[0]!),
  );
  return { losses, milliseconds };
}
