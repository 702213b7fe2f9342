import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, psnr, randomStream, takeRows, times } from '@blind-demod/arrays';
import {
  atUnitExposure,
  type Encoder,
  LEARNED_STARTS,
  ROBUST_SOLVER,
  refine,
  solve,
} from '@blind-demod/demod-core';
import { prepareImages } from '@blind-demod/distortion-data';
import { loadExperiment } from '@blind-demod/experiment';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeEncoder, encodeEncoder, encoderOf, initialEncoder } from '../src/encoder.js';
import { encodeGenerator, generatorPrior } from '../src/generator.js';
import { loadGenerator } from '../src/load.js';
import { encoderSettings, loadEncoder, trainEncoder } from '../src/train-encoder.js';
import { smallExperiment, smallImages } from './fixtures.js';
import { randomGenerator } from './random-generator.js';

const fromRoot = (path: string) => new URL(`../../../${path}`, import.meta.url).pathname;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'encoder-'));
});
afterAll(() => rm(root, { recursive: true }));

const latentDimensions = { signal: 5, distortion: 2 };
const untrained = {
  parameters: initialEncoder(latentDimensions, 1, randomStream(1, 'encoder')),
  latentDimensions,
};

type Seen = Record<'observation' | 'observed', ReturnType<typeof float32>>;
async function ask(encoder: Encoder, problem: Seen) {
  const program = await compile(
    (given: { observation: Tensor; observed: Tensor }) => encoder.encode(given),
    problem,
    { device: 'cpu' },
  );
  const codes = await program.run(problem);
  await program.dispose();
  return codes;
}

describe('an encoder that was not trained', () => {
  const { pixels: observation } = smallImages().test;
  const observed = float32(
    observation.shape,
    observation.data.map((_, i) => (i % 3 === 0 ? 0 : 1)),
  );

  test('answers a code of each factor for each observation, the same for a darker one', async () => {
    const codes = await ask(encoderOf(untrained), { observation, observed });
    expect([codes.signal.shape, codes.distortion.shape]).toEqual([
      [8, 5],
      [8, 2],
    ]);
    const darker = float32(
      observation.shape,
      observation.data.map(value => value / 4),
    );
    const again = await ask(encoderOf(untrained), { observation: darker, observed });
    for (const [i, value] of codes.signal.data.entries()) expect(again.signal.data[i]).toBeCloseTo(value, 5);
  });

  test('does not look at what is missing', async () => {
    const other = float32(
      observation.shape,
      observation.data.map((value, i) => (observed.data[i] === 0 ? 7 : value)),
    );
    const encoder = encoderOf(untrained);
    expect(await ask(encoder, { observation: other, observed })).toEqual(
      await ask(encoder, { observation, observed }),
    );
  });

  test('is read as it was written, in half precision', () => {
    const bytes = encodeEncoder(untrained);
    const read = decodeEncoder(bytes, 'a file');
    expect(read.latentDimensions).toEqual(latentDimensions);
    expect(encodeEncoder(read)).toEqual(bytes);
    const notOne = encodeGenerator(randomGenerator());
    expect(() => decodeEncoder(notOne, 'a file')).toThrow('a file holds no encoder');
  });
});

describe('training', () => {
  const { experiment: small } = smallExperiment();
  const experiment = { ...small, encoder: { steps: 3 } };
  const generators = { signal: randomGenerator(), distortion: randomGenerator() };
  const images = { signal: smallImages(), distortion: smallImages() };

  test('writes an artifact, does nothing the second time, and gives the same twice', async () => {
    const means = { generators, images, device: 'cpu' } as const;
    const folder = join(root, 'once');
    expect(await trainEncoder(experiment, { ...means, folder })).toBe(true);
    expect(await trainEncoder(experiment, { ...means, folder })).toBe(false);
    await trainEncoder(experiment, { ...means, folder: join(root, 'twice') });
    const wanted = { generators, remedy: 'run it again' };
    const once = await loadEncoder(folder, { ...wanted, settings: encoderSettings(experiment, generators) });
    expect(await loadEncoder(join(root, 'twice'), wanted)).toEqual(once);
  });

  test('is for these generators alone', async () => {
    const others = { ...generators, distortion: randomGenerator([4, 2]) };
    const loading = loadEncoder(join(root, 'once'), { generators: others, remedy: 'run it again' });
    await expect(loading).rejects.toThrow(
      `${join(root, 'once')} was trained for another generator of the distortion; run it again`,
    );
  });
});

test('the encoder that is shipped starts nearer than random codes, on training images', async () => {
  const loaded = await loadExperiment(fromRoot('configs/default.json'));
  const load = (factor: string) => loadGenerator(fromRoot(`models/default/${factor}`), { remedy: '' });
  const generators = { signal: await load('signal'), distortion: await load('distortion') };
  const settings = encoderSettings(loaded.experiment, generators);
  const trained = await loadEncoder(fromRoot('models/default/encoder'), { generators, settings, remedy: '' });
  const some = async (factor: 'signal' | 'distortion') => {
    const { train } = await prepareImages(loaded, factor, join(root, 'data', factor));
    return takeRows(train.pixels, [0, 1, 2, 3, 4, 5, 6, 7]);
  };
  const [w, x] = [await some('signal'), await some('distortion')];
  const observation = float32(w.shape, times(w.data, x.data));
  const refinedWith = async (changes: object, encoder?: Encoder) => {
    const solver = { ...ROBUST_SOLVER, draws: undefined, restarts: 1, iterations: 1, polish: 1, ...changes };
    const priors = [generatorPrior(generators.signal), generatorPrior(generators.distortion)] as const;
    const found = await solve(...priors, observation, { settings: solver, seed: 1, device: 'cpu', encoder });
    const seen = { ...found, observation: atUnitExposure(observation, found) };
    return psnr(refine(seen, solver.refinement).signal.data, w.data);
  };
  // By 20 dB on the machine where it was trained: nothing that rounding changes.
  const { starts } = LEARNED_STARTS;
  expect(await refinedWith({ starts }, encoderOf(trained))).toBeGreaterThan((await refinedWith({})) + 8);
});
