import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import type { LoadedExperiment } from '@blind-demod/experiment';
import { experimentSchema } from '@blind-demod/experiment';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dataSettings, gaussianDistortion, type ImageSet, prepareImages } from '../src/index.js';

const load = (settings: object): LoadedExperiment => ({
  name: 'x',
  file: 'x.json',
  root: '/',
  experiment: experimentSchema.parse({ imageSize: 16, ...settings }),
});
const digits = { signal: { images: { source: 'mnist', count: 300 } } };
const bumps = { distortion: { images: { source: 'gaussian', count: 400 } } };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prepare-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true); // progress
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Each image as a string. */
const images = ({ pixels }: ImageSet) => {
  const length = pixels.data.length / pixels.shape[0]!;
  return Array.from({ length: pixels.shape[0]! }, (_, image) => {
    return pixels.data.subarray(image * length, (image + 1) * length).join();
  });
};

describe('prepareImages', () => {
  test('gives digits, resized and divided by class', async () => {
    const { train, test } = await prepareImages(load(digits), 'signal', folder);
    expect(train.pixels.shape[0]! + test.pixels.shape[0]!).toBe(300);
    expect(train.pixels.shape.slice(1)).toEqual([1, 16, 16]);
    expect(train.pixels.data.every(value => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(test.labels).size).toBe(10);
    const trained = new Set(images(train));
    expect(images(test).filter(image => trained.has(image))).toEqual([]);
  });

  test('gives distortions with their parameters, every part of the plane on both sides', async () => {
    const { train, test } = await prepareImages(load(bumps), 'distortion', folder);
    expect([train, test].map(({ pixels }) => pixels.shape[0])).toEqual([360, 40]);
    expect([train, test].map(({ parameters }) => parameters!.shape)).toEqual([
      [360, 2],
      [40, 2],
    ]);
    for (const set of [train, test]) expect(new Set(set.labels)).toEqual(new Set([0, 1, 2, 3]));
    // Images and parameters are in the same order: each image is as bright as its parameters say.
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (let image = 0; image < 40; image++) {
      const [center, width] = test.parameters!.data.subarray(2 * image);
      const expected = mean(gaussianDistortion({ center: center!, width: width! }, 28, 5));
      expect(mean(test.pixels.data.subarray(256 * image, 256 * (image + 1)))).toBeCloseTo(expected, 3);
    }
  });

  test('makes the same bytes again, and reuses what is there', async () => {
    const bytes = () =>
      ['manifest.json', 'images.safetensors', 'contact-sheet.png'].map(name =>
        readFileSync(join(folder, name)),
      );
    const first = await prepareImages(load(bumps), 'distortion', folder);
    const before = { bytes: bytes(), made: statSync(join(folder, 'manifest.json')).mtimeMs };
    const second = await prepareImages(load(bumps), 'distortion', folder);
    expect(second).toEqual(first);
    expect(statSync(join(folder, 'manifest.json')).mtimeMs).toBe(before.made);
    rmSync(join(folder, 'manifest.json'));
    await prepareImages(load(bumps), 'distortion', folder);
    expect(bytes()).toEqual(before.bytes);
  });

  test('makes damaged images again', async () => {
    const first = await prepareImages(load(bumps), 'distortion', folder);
    truncateSync(join(folder, 'images.safetensors'), 1000);
    expect(await prepareImages(load(bumps), 'distortion', folder)).toEqual(first);
  });

  test('makes other images for other settings', async () => {
    const first = await prepareImages(load(bumps), 'distortion', folder);
    const second = await prepareImages(load({ ...bumps, seed: 2 }), 'distortion', folder);
    expect(second.test.parameters).not.toEqual(first.test.parameters);
  });

  test('repeats grey images for colour', async () => {
    const { test } = await prepareImages(load({ ...bumps, channels: 3 }), 'distortion', folder);
    expect(test.pixels.shape).toEqual([40, 3, 16, 16]);
    for (const channel of [1, 2]) {
      const start = 3 * 256 + channel * 256; // of the second image
      expect(test.pixels.data.subarray(start, start + 256)).toEqual(
        test.pixels.data.subarray(3 * 256, 4 * 256),
      );
    }
  });

  test('splits the same source alike for both factors', async () => {
    const images = { source: 'gaussian', count: 400 };
    const both = load({ signal: { images }, distortion: { images } });
    expect(dataSettings(both.experiment, 'signal')).toEqual(dataSettings(both.experiment, 'distortion'));
    const signal = await prepareImages(both, 'signal', join(folder, 'signal'));
    const distortion = await prepareImages(both, 'distortion', join(folder, 'distortion'));
    expect(signal).toEqual(distortion);
  });

  test('says what is wrong with the settings', async () => {
    const images = { source: 'mnist', count: 10_001 };
    await expect(prepareImages(load({ signal: { images } }), 'signal', folder)).rejects.toThrow(
      new UserError('x.json: "signal.images.count": 10001 images wanted, but there are 10000'),
    );
    const few = load({ distortion: { images: { source: 'gaussian', count: 4 } } });
    await expect(prepareImages(few, 'distortion', folder)).rejects.toThrow(
      'x.json: no test images of the distortion are left: 4 images, "split.testFraction" 0.1; use more images',
    );
    const elsewhere = load({ signal: { images: { source: 'idx', folder: 'nowhere' } } });
    await expect(prepareImages(elsewhere, 'signal', folder)).rejects.toThrow(
      '/nowhere: no train-images-idx3-ubyte',
    );
  });

  test('says when the folder cannot be written', async () => {
    writeFileSync(join(folder, 'plain'), '');
    await expect(prepareImages(load(bumps), 'distortion', join(folder, 'plain/data'))).rejects.toThrow(
      /^cannot write .*: a part of the path is a file, not a folder$/,
    );
  });
});
