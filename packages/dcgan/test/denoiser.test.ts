import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Float32NdArray, float32, randomStream, takeRows } from '@blind-demod/arrays';
import { imagesOf, ROBUST_SOLVER, type SolverSettings } from '@blind-demod/demod-core';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDenoiser } from '../src/denoiser/artifact.js';
import { type Examples, makeExamples, withNoise } from '../src/denoiser/examples.js';
import { type DenoiserSettings, trainDenoiser } from '../src/denoiser/train-denoiser.js';
import { generatorPrior } from '../src/generator.js';
import { randomGenerator } from './random-generator.js';

const generator = randomGenerator();
const prior = generatorPrior(generator);
const generators = { signal: generator, distortion: generator };
const codes = float32([24, 5], randomStream(1, 'codes').normals(120));
const program = await compile((code: Tensor) => imagesOf(prior.forward(code)), codes, { device: 'cpu' });
const drawn = (await program.run(codes)) as Float32NdArray;
const images = { signal: drawn, distortion: drawn };
const solver: SolverSettings = { ...ROBUST_SOLVER, iterations: 5, polish: 40, draws: 16 };
const seed = 1;
const source = { priors: [prior, prior], images, solver, seed, device: 'cpu' } as const;

describe('examples', async () => {
  const examples = await makeExamples(source, { first: 0, count: 16 });
  const at = (name: keyof Examples, row: number) => takeRows(examples[name], [row]).data;
  const count = examples.truth.shape[0]!;

  test('have the truth at the scale at which its product with what was found is the picture', () => {
    expect(count).toBeGreaterThan(8);
    for (let row = 0; row < count; row++) {
      const [truth, distortion, light, observed] = (
        ['truth', 'distortion', 'light', 'observed'] as const
      ).map(name => at(name, row)) as [Float32Array, Float32Array, Float32Array, Float32Array];
      let [error, all] = [0, 0];
      light.forEach((value, i) => {
        error += observed[i]! * (truth[i]! * distortion[i]! - value) ** 2;
        all += observed[i]! * value ** 2;
      });
      // As near as the solver came, with up to half of the pixels missing and noise of 0.15.
      expect(Math.sqrt(error / all)).toBeLessThan(0.3);
    }
  });

  test('noise is drawn anew, and is 0 where nothing was observed', () => {
    const [one, other] = [1, 2].map(draw => withNoise(examples, randomStream(draw, 'noise')));
    expect(one).not.toEqual(other);
    one!.data.forEach((value, i) => {
      if (examples.observed.data[i] === 0) expect(Math.abs(value)).toBe(0);
    });
  });

  test('depend on the seed and the number of the first alone', async () => {
    expect(await makeExamples(source, { first: 0, count: 16 })).toEqual(examples);
    expect(await makeExamples(source, { first: 16, count: 16 })).not.toEqual(examples);
  });
});

describe('a training', () => {
  const settings: DenoiserSettings = {
    ...{ examples: 48, polish: 20, maps: 4, layers: 1, steps: 120, batchSize: 8, highestRate: 0.005 },
  };
  let folder: string;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'denoiser-')), 'denoiser');
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true }));
  const train = (changes: Partial<DenoiserSettings> = {}) =>
    trainDenoiser({
      ...{ generators, images, solver, folder, seed, device: 'cpu' },
      settings: { ...settings, ...changes },
    });

  test('leaves a denoiser of these generators, and nothing else; once more, and there is nothing to do', async () => {
    expect(await train()).toBe(true);
    expect(existsSync(`${folder}-training`)).toBe(false);
    expect(await train()).toBe(false);
    const { denoiser, generators: of } = await loadDenoiser(folder, { remedy: '' });
    expect(denoiser.drawnSize).toBe(16);
    expect(denoiser.layers).toHaveLength(3);
    expect(of.signal).toMatch(/^[0-9a-f]{64}$/);
  });

  test('one of other settings is moved beside', async () => {
    expect(await train({ maps: 5 })).toBe(true);
    expect(existsSync(`${folder}.1`)).toBe(true);
  });

  test('a damaged one is refused', async () => {
    await writeFile(join(folder, 'denoiser.safetensors'), 'x');
    await expect(loadDenoiser(folder, { remedy: 'mend it' })).rejects.toThrow(
      /denoiser\.safetensors is damaged; mend it$/,
    );
  });
});
