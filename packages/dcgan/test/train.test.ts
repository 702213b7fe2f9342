import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadedExperiment, UserError } from '@blind-demod/experiment';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadGenerator } from '../src/generator.js';
import { trainGenerator, trainingSettings } from '../src/train.js';
import { smallExperiment, smallImages } from './fixtures.js';

const images = smallImages();
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dcgan-'));
});
afterAll(() => rm(root, { recursive: true }));

const train = (loaded: LoadedExperiment, folder: string) =>
  trainGenerator(loaded, 'distortion', { images, folder: join(root, folder), device: 'cpu' });
// Hardly a step from small initial weights that nothing normalises: every sample is grey.
const grey = smallExperiment({ learningRate: 1e-12, epochs: 3 }, { normalisation: 'none' });
const read = (...path: string[]) => readFile(join(root, ...path));

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

  test('goes on from a checkpoint to the same bytes', async () => {
    const whole = smallExperiment({ checkpointEvery: 3 });
    await train(whole, 'whole');
    // A file where the folder of sample sheets should be stops it at the end of the first epoch, after step 5; the
    // checkpoint is of step 3.
    const folder = join(root, 'stopped');
    await mkdir(folder);
    await writeFile(join(folder, 'samples'), '');
    await expect(train(whole, 'stopped')).rejects.toThrow(/samples/);
    expect(await readdir(folder)).toContain('checkpoint.safetensors');
    expect(await readdir(folder)).not.toContain('manifest.json');
    await rm(join(folder, 'samples'));

    await train(whole, 'stopped');
    for (const file of [
      'generator.safetensors',
      'generator.onnx',
      'losses.jsonl',
      'samples.png',
      'model-card.md',
      'manifest.json',
    ]) {
      expect((await read('stopped', file)).equals(await read('whole', file)), file).toBe(true);
    }
    expect(await readdir(folder)).not.toContain('checkpoint.safetensors');
  });

  test('stops with a reason when it diverges', async () => {
    await expect(train(smallExperiment({ learningRate: 1e30 }), 'diverged')).rejects.toThrow(
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
    await expect(train(grey, 'collapsed')).rejects.toThrow(UserError);
  });

  test('wants at least one batch of images', async () => {
    await expect(train(smallExperiment({ batchSize: 64 }), 'few')).rejects.toThrow(
      /batchSize is 64, but there are only 40/,
    );
  });
});
