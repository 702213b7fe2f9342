// A specimen's prior from pictures under one light that nobody knows.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '@blind-demod/arrays';
import { withPicture, writePicture } from '@blind-demod/picture-files';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { correct, learnPrior } from '../src/index.js';
import { SPECIMEN } from '../src/training/specimen.js';
import { squares } from './squares.js';

const root = mkdtempSync(join(tmpdir(), 'learn-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (...path: string[]) => join(root, ...path);

const SIZE = 96;
const light = (pixel: number) => {
  const [u, v] = [(pixel % SIZE) / SIZE - 0.3, Math.floor(pixel / SIZE) / SIZE - 0.5];
  return Math.exp(-1.2 * (u * u + v * v));
};

/** Grains of random grey. */
function grains(number: number): Uint16Array {
  const random = randomStream(number, 'grains');
  const values = squares(random, { side: SIZE, count: 80, ground: 2000, sides: [3, 9], greys: [1000, 4000] });
  return Uint16Array.from(values, (value, pixel) => Math.round(value * light(pixel)));
}

/** Enough to be another encoder, and too little to be a better one. */
const settings = { ...SPECIMEN, steps: 8, bank: { styles: 10, each: 2, lights: 50 } };
const learn = (change: object) =>
  learnPrior({ pictures: [at('in')], out: at('prior'), settings, force: false, ...change });

/** Writes pictures into a folder, each pixel changed. */
async function write(folder: string, count: number, change = (value: number, _pixel: number) => value) {
  mkdirSync(at(folder));
  const like = { width: SIZE, height: SIZE, channels: 1, type: 'uint16' as const, pageCount: 1 };
  for (let number = 0; number < count; number++) {
    const data = grains(number).map(change);
    await writePicture(at(folder, `${number}.tif`), like, [{ shape: [1, SIZE, SIZE], data }]);
  }
}
const weights = () => readFileSync(at('prior', 'encoder.safetensors'));

beforeAll(async () => {
  await write('in', 6);
  await learn({});
});

test('what the camera tells without light is taken off first', async () => {
  const before = weights();
  await write('dark', 6, value => value + 300);
  await learn({ pictures: [at('dark')], dark: '300', force: true });
  expect(weights()).toEqual(before);
});

test('where the mask is 0 pictures may be anything', async () => {
  const isHidden = (pixel: number) => pixel % SIZE < 20;
  await write('mask', 1, (_, pixel) => (isHidden(pixel) ? 0 : 1));
  const learnt: Buffer[] = [];
  for (const spoiled of [0, 5000]) {
    await write(`spoiled-${spoiled}`, 6, (value, pixel) => (isHidden(pixel) ? spoiled : value));
    await learn({ pictures: [at(`spoiled-${spoiled}`)], mask: at('mask', '0.tif'), force: true });
    learnt.push(weights());
  }
  expect(learnt[0]).toEqual(learnt[1]);
});

test('is what a correction finds the light by', async () => {
  const lightBy = async (prior?: string) => {
    const out = at(`by-${prior}`);
    const given = prior === undefined ? {} : { prior: at(prior) };
    await correct({
      ...{ pictures: [at('in', '0.tif')], out, each: false, normalise: false, float: false, force: false },
      ...given,
    });
    return withPicture(join(out, 'light.tif'), async picture =>
      Float32Array.from((await picture.read(0)).data),
    );
  };
  const [shipped, prior] = [await lightBy(), await lightBy('prior')];
  const differences = shipped.map((value, pixel) => Math.abs(value - prior[pixel]!));
  // Sixteen steps move it, and not far.
  expect(Math.max(...differences)).toBeGreaterThan(1e-4);
  expect(Math.max(...differences)).toBeLessThan(0.3);
});

test('a prior that is there is kept, or made anew: the same for the same seed, another for another', async () => {
  await learn({ force: true });
  const before = weights();
  expect(readdirSync(at('prior')).sort()).toEqual(['encoder.safetensors', 'manifest.json']);
  await expect(learn({})).rejects.toThrow(`${at('prior')} holds something already`);
  expect(await learn({ force: true })).toEqual({ folder: at('prior'), pictures: 6 });
  expect(weights()).toEqual(before);
  await learn({ force: true, seed: 2 });
  expect(weights()).not.toEqual(before);
});

test('a prior that is not there is named', async () => {
  const options = { each: false, normalise: false, float: false, force: false };
  const given = { pictures: [at('in')], out: at('none'), prior: at('nowhere') };
  await expect(correct({ ...given, ...options })).rejects.toThrow(
    `no prior in ${at('nowhere')}; make it by demod train --pictures`,
  );
});
