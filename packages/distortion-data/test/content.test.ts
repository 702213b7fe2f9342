// What is in the files of an experiment's images is part of its settings; where they are is not.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Loaded } from '@blind-demod/artifacts';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataSettings, dataSettings, prepareImages, withContent } from '../src/index.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'content-'));
});
afterAll(() => rm(root, { recursive: true }));

const load = (folder: string) =>
  withContent({
    ...{ name: 'x', file: 'x.json', root },
    experiment: {
      ...{ seed: 1, imageSize: 16, channels: 1, split: { testFraction: 0.25 } },
      signal: { images: { source: 'idx', folder } },
      distortion: { images: { source: 'mnist' } },
    },
  } as Loaded<DataSettings>);
const settings = async (folder: string) => dataSettings((await load(folder)).experiment, 'signal');

/** Eight images of four pixels, the first pixel of all `first`. */
async function writeIdx(folder: string, first: number): Promise<void> {
  await mkdir(join(root, folder), { recursive: true });
  const images = Buffer.alloc(16 + 8 * 4, 9);
  images.set([0, 0, 8, 3, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 2]);
  for (let image = 0; image < 8; image++) images.set([first, image], 16 + 4 * image);
  await writeFile(join(root, folder, 'train-images-idx3-ubyte'), images);
  await writeFile(
    join(root, folder, 'train-labels-idx1-ubyte'),
    Buffer.from([0, 0, 8, 1, 0, 0, 0, 8, ...Array(8).fill(1)]),
  );
}

test('the same files elsewhere are the same settings, changed ones in the same place are not', async () => {
  await writeIdx('one', 1);
  await cp(join(root, 'one'), join(root, 'two'), { recursive: true });
  const before = await settings('one');
  expect(before).toMatchObject({
    images: { source: 'idx', content: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await settings('two')).toEqual(before);
  await writeIdx('two', 2);
  expect(await settings('two')).not.toEqual(before);
  await rm(join(root, 'two', 'train-labels-idx1-ubyte'));
  expect(await settings('two')).not.toEqual(before);
});

test('images are made anew when a file changed, and are kept while none has', async () => {
  await writeIdx('data', 1);
  const folder = join(root, 'made');
  const pixels = async () => (await prepareImages(await load('data'), 'signal', folder)).train.pixels.data;
  const manifest = () => readFile(join(folder, 'manifest.json'), 'utf8');
  const before = await pixels();
  const made = await manifest();
  expect(await pixels()).toEqual(before);
  expect(await manifest()).toBe(made);
  await writeIdx('data', 200);
  expect(await pixels()).not.toEqual(before);
});

test('images of no files, or of files that are not there, have no content', async () => {
  expect(await settings('nowhere')).not.toHaveProperty('images.content');
  expect((await load('nowhere')).experiment.distortion.images).toEqual({ source: 'mnist' });
});

test('a file that changes between its hash and its reading is told', async () => {
  await writeIdx('changing', 1);
  const loaded = await load('changing');
  await writeIdx('changing', 2);
  await expect(prepareImages(loaded, 'signal', join(root, 'never'))).rejects.toThrow(
    'x.json: the files of "signal.images" changed while they were read; try again',
  );
});

test('of a folder of pictures, too', async () => {
  const write = (level: number) =>
    sharp({ create: { width: 9, height: 9, channels: 3, background: { r: level, g: level, b: level } } })
      .png()
      .toFile(join(root, 'pictures', 'one.png'));
  const settings = async () => {
    const images = { source: 'folder', folder: 'pictures' };
    const { experiment } = await withContent({
      ...{ name: 'x', file: 'x.json', root },
      experiment: { signal: { images }, distortion: { images } },
    } as unknown as Loaded<DataSettings>);
    return dataSettings(experiment, 'signal');
  };
  await mkdir(join(root, 'pictures'));
  await write(9);
  const before = await settings();
  expect(before).not.toHaveProperty('images.folder');
  await writeFile(join(root, 'pictures', 'notes.txt'), 'no picture');
  expect(await settings()).toEqual(before);
  await write(10);
  expect(await settings()).not.toEqual(before);
});
