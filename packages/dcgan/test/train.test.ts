import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { FACTORS, randomStream, UserError } from '@blind-demod/arrays';
import { hashOf } from '@blind-demod/artifacts';
import { type LoadedExperiment, loadExperiment } from '@blind-demod/experiment';
import { useThreads } from '@blind-demod/jit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Generator } from '../src/generator.js';
import { loadGenerator } from '../src/load.js';
import { keptScore, type Score } from '../src/snapshots.js';
import { foreignTraining, trainGenerator, trainingSettings } from '../src/train.js';
import { smallExperiment, smallImages } from './fixtures.js';

const fromRoot = (path: string) => new URL(`../../../${path}`, import.meta.url).pathname;
const images = smallImages();
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dcgan-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Something that depends on the weights. */
const byWeights: Score = async ({ parameters }, { shape }) =>
  new Float32Array(shape[0]!).fill(Math.abs(parameters[0]!.weight.data[0]! as number));
const train = (loaded: LoadedExperiment, folder: string, score = byWeights) =>
  trainGenerator(loaded, 'distortion', { images, folder: join(root, folder), device: 'cpu', score });
// Hardly a step from small initial weights that nothing normalises: every sample is grey.
const grey = smallExperiment({ learningRate: 1e-12, epochs: 3 }, { normalisation: 'none' });
const read = (...path: string[]) => readFile(join(root, ...path));

test('settings do not name the default architecture and objective, which are younger than kept settings', () => {
  const explicit = smallExperiment({ objective: 'non-saturating' }, { architecture: 'dcgan' }).experiment;
  const { network, training } = trainingSettings(explicit, 'distortion') as Record<string, object>;
  expect(network).not.toHaveProperty('architecture');
  expect(training).not.toHaveProperty('objective');
  expect(network).toHaveProperty('generatorMaps', 4);
  expect(training).toHaveProperty('instanceNoise', 0.15);
});

test('the settings of the generators that come with the project are those of its config', async () => {
  for (const [config, models] of [
    ['paper', 'paper'],
    ['default', 'default'],
    ['illumination', 'lights'],
  ]) {
    const { experiment } = await loadExperiment(fromRoot(`configs/${config}.json`));
    for (const factor of FACTORS) {
      const manifest = await readFile(fromRoot(`models/${models}/${factor}/manifest.json`), 'utf8');
      expect(hashOf(trainingSettings(experiment, factor))).toBe(JSON.parse(manifest).settingsHash);
    }
  }
});

describe('training', () => {
  test('writes the whole artifact, and does nothing the second time', async () => {
    const loaded = smallExperiment();
    expect(await train(loaded, 'once')).toBe(true);
    expect(await readdir(join(root, 'once'))).toEqual(
      expect.arrayContaining([
        'generator.onnx',
        'generator.safetensors',
        'losses.jsonl',
        'manifest.json',
        'model-card.md',
        'representation.json',
        'samples',
        'samples.png',
      ]),
    );
    expect(await readdir(join(root, 'once', 'samples'))).toEqual(['epoch-001.png', 'epoch-002.png']);
    const losses = (await read('once', 'losses.jsonl'))
      .toString()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(losses.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const settings = trainingSettings(loaded.experiment, 'distortion');
    expect((await loadGenerator(join(root, 'once'), { settings, remedy: '' })).imageShape).toEqual([
      1, 16, 16,
    ]);
    expect(await train(loaded, 'once')).toBe(false);
    expect(await train(smallExperiment({ epochs: 1 }), 'once')).toBe(true);
  });

  test('goes on from wherever it was stopped to the same bytes', async () => {
    const loaded = smallExperiment({ checkpointEvery: 3, snapshotEvery: 1 });
    await train(loaded, 'whole');
    const titles: string[] = [];
    const noting: Score = (generator, images, title) => {
      titles.push(title);
      return byWeights(generator, images, title);
    };
    const failing: Score = (generator, images, title) =>
      title.includes('epoch 2') ? Promise.reject(new Error('killed')) : noting(generator, images, title);
    const folder = join(root, 'stopped');

    // What other settings left, snapshots and scores among it, is of no use.
    const other = smallExperiment({ checkpointEvery: 3, snapshotEvery: 1, learningRate: 0.01 });
    await expect(train(other, 'stopped', failing)).rejects.toThrow('killed');
    // A file where the folder of sample sheets should be stops it at the end of the first epoch, after step 5; the
    // checkpoint is of step 3.
    await rm(join(folder, 'samples'), { recursive: true });
    await writeFile(join(folder, 'samples'), '');
    await expect(train(loaded, 'stopped')).rejects.toThrow(/samples/);
    expect(await readdir(folder)).toContain('checkpoint.safetensors');
    expect(await readdir(folder)).not.toContain('manifest.json');
    await rm(join(folder, 'samples'));
    // Then it is stopped between two scores.
    await expect(train(loaded, 'stopped', failing)).rejects.toThrow('killed');

    await train(loaded, 'stopped', noting);
    for (const file of [
      'generator.safetensors',
      'generator.onnx',
      'losses.jsonl',
      'samples.png',
      'representation.json',
      'model-card.md',
      'manifest.json',
    ]) {
      expect((await read('stopped', file)).equals(await read('whole', file)), file).toBe(true);
    }
    expect(titles).toEqual([
      'scoring distortion, epoch 1, training images', // of the other settings
      'scoring distortion, epoch 1, training images',
      'scoring distortion, epoch 2, training images',
      expect.stringMatching(/^scoring distortion, epoch [12], held-out images$/),
    ]);
    for (const trace of ['checkpoint.safetensors', 'snapshots']) {
      expect(await readdir(folder)).not.toContain(trace);
    }
  });

  test.each([
    [{ objective: 'autoencoder', schedule: 'cosine' }, { architecture: 'residual' }],
    [{ objective: 'glo' }, { architecture: 'resize-convolution', drawnSize: 12 }],
  ])('goes on to the same bytes by %o, too', async (training, network) => {
    const loaded = smallExperiment({ checkpointEvery: 3, ...training }, network);
    const folder = `stopped by ${training.objective}`;
    await train(loaded, `whole by ${training.objective}`);
    await mkdir(join(root, folder));
    await writeFile(join(root, folder, 'samples'), ''); // where a folder should be
    await expect(train(loaded, folder)).rejects.toThrow(/samples/);
    expect(await readdir(join(root, folder))).toContain('checkpoint.safetensors');
    await rm(join(root, folder, 'samples'));
    await train(loaded, folder);
    for (const file of ['generator.safetensors', 'losses.jsonl', 'manifest.json']) {
      const whole = await read(`whole by ${training.objective}`, file);
      expect((await read(folder, file)).equals(whole), file).toBe(true);
    }
  });

  test('keeps the epoch that is best on training images, and says how good it is on held-out ones', async () => {
    const medians: Record<number, number> = { 2: 0.3, 4: 0.1, 5: 0.2 };
    const scored = new Map<number, Generator>();
    const score: Score = async (generator, { shape, data }, title) => {
      const epoch = Number(/epoch (\d)/.exec(title)![1]);
      scored.set(epoch, generator);
      const heldOut = title.endsWith('held-out images');
      const count = heldOut ? 8 : 32;
      const { pixels } = images[heldOut ? 'test' : 'train'];
      expect(shape).toEqual([count, 1, 16, 16]);
      expect(data).toEqual(pixels.data.slice(0, count * 256));
      const median = heldOut ? 0.4 : medians[epoch]!;
      return Float32Array.from({ length: count }, (_, image) => median + (image - (count - 1) / 2) / 1000);
    };
    await train(smallExperiment({ epochs: 5, snapshotEvery: 2 }), 'chosen', score);
    const representation = JSON.parse((await read('chosen', 'representation.json')).toString());
    expect(representation.epoch).toBe(4);
    expect(representation.heldOut.median).toBeCloseTo(0.4, 6);
    expect(representation.heldOut.percentile90).toBeCloseTo(0.4 + 0.0028, 6);
    const card = (await read('chosen', 'model-card.md')).toString();
    expect(card).toMatch(/after epoch 4, .* 8 held-out images the median is 0\.4000/s);
    expect(card).toMatch(
      /^\| 3 \| [\d.]+ \| [\d.]+ \| {2}\|\n\| 4 \| [\d.]+ \| [\d.]+ \| 0\.1000, 0\.1124 \|$/m,
    );
    expect([...scored.keys()]).toEqual([2, 4, 5]);
    expect(scored.get(4)).not.toEqual(scored.get(5));
    expect(await loadGenerator(join(root, 'chosen'), { remedy: '' })).toEqual(scored.get(4));
  });

  test.each([
    { learningRate: 1e30 },
    { learningRate: 1e7, batchSize: 40, averageDecay: 0 }, // finite, but too large for a snapshot
  ])('stops with a reason when it diverges: %o', async changes => {
    await expect(train(smallExperiment(changes), 'diverged')).rejects.toThrow(
      expect.objectContaining({
        constructor: UserError,
        message: expect.stringMatching(/diverged at step \d+ .*learningRate/),
      }),
    );
    expect(await readdir(join(root, 'diverged'))).not.toContain('manifest.json');
  });

  test('stops with a reason when all samples are alike', async () => {
    await expect(train(grey, 'collapsed')).rejects.toThrow(/collapsed in epoch 3/);
  });

  test('refuses a damaged checkpoint', async () => {
    const file = join(root, 'collapsed', 'checkpoint.safetensors');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 1));
    await expect(train(grey, 'collapsed')).rejects.toThrow(
      /not a valid safetensors file: .*; delete it to start/,
    );
  });

  /** Leaves what a training leaves that is stopped while its snapshots are scored, the first already. */
  async function stopAtScores(folder: string): Promise<LoadedExperiment> {
    const loaded = smallExperiment({ snapshotEvery: 1 });
    const failing: Score = (generator, images, title) =>
      title.includes('epoch 2') ? Promise.reject(new Error('killed')) : byWeights(generator, images, title);
    await expect(train(loaded, folder, failing)).rejects.toThrow('killed');
    return loaded;
  }

  test('believes no score that is damaged', async () => {
    const loaded = await stopAtScores('scored');
    const file = join(root, 'scored', 'snapshots', 'epoch-001.train.json');
    const whole = await readFile(file);
    const random = randomStream(5, 'damage');
    for (let round = 0; round < 200; round++) {
      const damaged = Buffer.from(whole);
      const position = random.integer(damaged.length);
      damaged[position]! ^= 1 << random.integer(8);
      const kept = keptScore(damaged, scoreOf(whole));
      // Nothing but what a parser passes over may differ.
      expect(kept === undefined || isDeepStrictEqual(kept, keptScore(whole, scoreOf(whole)))).toBe(true);
    }
    await writeFile(file, whole.toString().replace(/"median":[\d.e-]+/, '"median":0'));
    const titles: string[] = [];
    await train(loaded, 'scored', (generator, images, title) => {
      titles.push(title);
      return byWeights(generator, images, title);
    });
    expect(titles[0]).toBe('scoring distortion, epoch 1, training images');
  });

  const scoreOf = (bytes: Buffer) => {
    const { snapshot, errors } = JSON.parse(bytes.toString());
    return { snapshot, images: errors.images };
  };

  test('of a finished generator asks for its weights alone', async () => {
    const loaded = smallExperiment();
    await train(loaded, 'sides');
    await writeFile(join(root, 'sides', 'model-card.md'), 'better words');
    await rm(join(root, 'sides', 'samples.png'));
    expect(await train(loaded, 'sides')).toBe(false);
    expect((await read('sides', 'model-card.md')).toString()).toBe('better words');
    await rm(join(root, 'sides', 'generator.safetensors'));
    expect(await train(loaded, 'sides')).toBe(true);
  });

  test('overtaken by another program, keeps what that finished; with snapshots gone, says what is left', async () => {
    const loaded = await stopAtScores('overtaken');
    const finished = join(root, 'finished');
    await train(loaded, 'finished');
    const snapshots = join(root, 'overtaken', 'snapshots');
    await rm(snapshots, { recursive: true });
    await expect(train(loaded, 'overtaken')).rejects.toThrow(
      /epoch-001\.safetensors is gone: somebody removed it .* to train anew delete .*checkpoint\.safetensors$/,
    );
    const overtaking: Score = async () => {
      await cp(finished, join(root, 'overtaken'), { recursive: true });
      await rm(snapshots, { recursive: true });
      return Float32Array.of(1);
    };
    await rm(join(root, 'overtaken', 'checkpoint.safetensors'));
    expect(await train(loaded, 'overtaken', overtaking)).toBe(false);
    const weights = await read('overtaken', 'generator.safetensors');
    expect(weights.equals(await read('finished', 'generator.safetensors'))).toBe(true);
  });

  test('knows what in its folder is not its own', async () => {
    const settings = (changes = {}) =>
      trainingSettings(smallExperiment({ snapshotEvery: 1, ...changes }).experiment, 'distortion');
    const folder = join(root, 'own');
    expect(await foreignTraining(folder, settings())).toBeUndefined();
    await stopAtScores('own');
    expect(await foreignTraining(folder, settings())).toBeUndefined();
    expect(await foreignTraining(folder, settings({ epochs: 9 }))).toBe(
      join(folder, 'checkpoint.safetensors'),
    );
    await writeFile(join(folder, 'model-card.md'), 'my own');
    expect(await foreignTraining(folder, settings())).toBe(join(folder, 'model-card.md'));
  });

  test('tells in its manifest with how many threads it was computed, of each run that it was taken up in', async () => {
    const computer = async (folder: string) =>
      JSON.parse((await read(folder, 'manifest.json')).toString()).versions.computer;
    try {
      useThreads(1);
      await train(smallExperiment(), 'threads');
      expect(await computer('threads')).toBe('cpu, threads: 1');
      const loaded = await stopAtScores('other-threads');
      useThreads(2);
      await train(loaded, 'other-threads');
      expect(await computer('other-threads')).toBe('cpu, threads: 1; then cpu, threads: 2');
    } finally {
      useThreads(undefined);
    }
  });

  test('wants at least one batch of images', async () => {
    await expect(train(smallExperiment({ batchSize: 64 }), 'few')).rejects.toThrow(
      /batchSize is 64, but there are only 40/,
    );
  });
});
