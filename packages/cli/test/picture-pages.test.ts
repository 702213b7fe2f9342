// What recover takes for the picture: of every kind of file the same digit under the same light, and what is told of it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { type Layout, type Pixels, writePicture } from '@blind-demod/picture-files';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { toPage, toWhite } from '../src/commands/recover.js';
import { readPages } from '../src/picture-pages.js';

const folder = mkdtempSync(join(tmpdir(), 'pages-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = 16;
/** A ring under a bump of light: between 0 and 1, its brightest pixel 1. */
const seen = Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
  const [u, v] = [(at % SIZE) - 7, Math.floor(at / SIZE) - 8];
  const radius = Math.hypot(u, v);
  return radius > 2.5 && radius < 5.5 ? Math.exp(-((u - 3) ** 2 + v ** 2) / 60) : 0;
}).map((value, _, all) => value / Math.max(...all));

const layout = (type: Layout['type'], pageCount = 1) => ({
  width: SIZE,
  height: SIZE,
  channels: 1,
  type,
  pageCount,
});
const page = (data: Pixels['data'], planes = 1): Pixels => ({ shape: [planes, SIZE, SIZE], data });
const path = (name: string) => join(folder, name);
const read = (name: string, options: { page?: number; white?: number; channels?: number } = {}) =>
  readPages(path(name), { size: SIZE, channels: 1, page: undefined, white: undefined, ...options });

/** The one page that was read, and how far it is from the ring, at most. */
async function only(name: string, options = {}) {
  const { pages, notes } = await read(name, options);
  expect(pages.length).toBe(1);
  const { data } = pages[0]!.image;
  return { data, notes, worst: Math.max(...data.map((value, at) => Math.abs(value - seen[at]!))) };
}

/** Half a level of 16 bits, and what a float32 may lose. */
const HALF_A_LEVEL = 0.5 / 32767 + 1e-6;

describe('every depth is read as it is', () => {
  test('signed 16 bits', async () => {
    const levels = Int16Array.from(seen, value => Math.round(32767 * value));
    await writePicture(path('int16.tif'), layout('int16'), [page(levels)]);
    expect(await only('int16.tif')).toMatchObject({ notes: [], worst: expect.closeTo(0, 4) });
    expect((await only('int16.tif')).worst).toBeLessThan(HALF_A_LEVEL);
  });

  test('floats from 0 to 1', async () => {
    await writePicture(path('float01.tif'), layout('float32'), [
      page(Float32Array.from(seen, value => value * 0.7)),
    ]);
    const { data, notes } = await only('float01.tif');
    expect(Math.max(...data)).toBeCloseTo(0.7, 6);
    expect(notes).toEqual(['White is taken as 1: its numbers are floats up to 1.']);
  });

  test('floats as counts: white is the brightest, or what is given', async () => {
    await writePicture(path('counts.tif'), layout('float32'), [
      page(Float32Array.from(seen, value => 3000 * value)),
    ]);
    const { notes, worst } = await only('counts.tif');
    expect(worst).toBeLessThan(1e-6);
    expect(notes).toEqual([
      'White is taken as 3000, its brightest value: of float32 the file tells no white.',
    ]);
    const given = await only('counts.tif', { white: 6000 });
    expect(Math.max(...given.data)).toBeCloseTo(0.5, 6);
    expect(given.notes).toEqual([]);
  });

  test('12 bits in 16', async () => {
    await writePicture(path('camera.tif'), layout('uint16'), [
      page(Uint16Array.from(seen, value => Math.round(4000 * value))),
    ]);
    const { data, notes } = await only('camera.tif');
    expect(Math.max(...data)).toBeCloseTo(4000 / 4095, 6);
    expect(notes).toEqual(['White is taken as 4095, of a camera of 12 bits: its brightest value is 4000.']);
  });
});

describe('several pages', () => {
  const levels = (peak: number) => page(Uint16Array.from(seen, value => Math.round(peak * value)));

  test('each, or the one that is asked for; one white for all', async () => {
    await writePicture(path('stack.tif'), layout('uint16', 3), [levels(0), levels(60_000), levels(2000)]);
    const { pages, notes } = await read('stack.tif');
    expect(pages.map(({ number }) => number)).toEqual([2, 3]);
    expect(Math.max(...pages[1]!.image.data)).toBeCloseTo(2000 / 65_535, 6);
    expect(notes).toEqual([
      'It has 3 pages: each is taken apart by itself; --page takes one.',
      'Page 1 is left out: it is black all over.',
    ]);
    const one = await read('stack.tif', { page: 2 });
    expect(one.pages.map(({ number }) => number)).toEqual([2]);
    expect(one.notes).toEqual(['It has 3 pages: this is page 2.']);
    await expect(read('stack.tif', { page: 1 })).rejects.toThrow(
      new UserError(`${path('stack.tif')}: page 1 is black all over.`),
    );
    await expect(read('stack.tif', { page: 4 })).rejects.toThrow('--page 4 is wanted, and it has 3 pages');
  });

  test('an animation says that it is one', async () => {
    const frames = [0, 255].map(peak =>
      sharp(
        Uint8Array.from(seen, value => Math.round(peak * value)),
        { raw: { width: SIZE, height: SIZE, channels: 1 } },
      )
        .png()
        .toBuffer(),
    );
    await sharp(await Promise.all(frames), { join: { animated: true } })
      .gif()
      .toFile(path('animated.gif'));
    const { pages, notes } = await read('animated.gif');
    expect(pages.map(({ number }) => number)).toEqual([2]);
    expect(notes[0]).toBe(
      'It is an animation of 2 pictures: each is taken apart by itself; --page takes one.',
    );
  });
});

describe('what is told', () => {
  const rgba = async (name: string, of: (value: number) => number[]) => {
    const data = Uint8Array.from([...seen].flatMap(of));
    await sharp(data, { raw: { width: SIZE, height: SIZE, channels: 4 } })
      .png()
      .toFile(path(name));
  };

  test('black ink on transparent paper: transparency is taken for white', async () => {
    await rgba('ink.png', value => [0, 0, 0, value > 0 ? 255 : 0]);
    const { data, notes } = await only('ink.png');
    expect([...data]).toEqual([...seen].map(value => (value > 0 ? 0 : 1)));
    expect(notes).toEqual([
      expect.stringMatching(
        /^\d+ % of it is transparent, which is taken for white, because all else is black\.$/,
      ),
    ]);
  });

  test('light on transparent paper: transparency is taken for black', async () => {
    await rgba('light.png', value => [200, 200, 200, value > 0 ? 255 : 0]);
    const { data, notes } = await only('light.png');
    expect(data[0]).toBe(0);
    expect(notes).toEqual([
      expect.stringMatching(/^\d+ % of it is transparent, which is taken for black\.$/),
    ]);
  });

  test('what is all transparent is black, and says why', async () => {
    await rgba('clear.png', () => [255, 255, 255, 0]);
    await expect(read('clear.png')).rejects.toThrow(
      'it is black all over. 100 % of it is transparent, which is taken for black.',
    );
  });

  test('only a picture that is black all over is said to be', async () => {
    await writePicture(path('black.png'), layout('uint8'), [page(new Uint8Array(SIZE * SIZE))]);
    await expect(read('black.png')).rejects.toThrow(
      new UserError(`${path('black.png')}: it is black all over.`),
    );
    const faint = new Float32Array(SIZE * SIZE);
    faint[5] = 1e-6;
    await writePicture(path('faint.tif'), layout('float32'), [page(faint)]);
    expect((await read('faint.tif')).pages.length).toBe(1);
  });

  test('a picture that is equally bright all over', async () => {
    await writePicture(path('uniform.png'), layout('uint8'), [page(new Uint8Array(SIZE * SIZE).fill(255))]);
    await expect(read('uniform.png')).rejects.toThrow(
      'it is equally bright all over: nothing but light is there',
    );
  });

  test('what is cut off', async () => {
    const wide = Uint8Array.from({ length: 20 * 16 }, (_, at) => at % 251);
    await sharp(wide, { raw: { width: 20, height: 16, channels: 1 } })
      .png()
      .toFile(path('wide.png'));
    expect((await read('wide.png')).notes).toEqual(['Of its 20×16 pixels the central 16×16 are used.']);
  });

  test('numbers that are none, and channels of which no grey can be made', async () => {
    const data = Float32Array.from(seen);
    data[3] = NaN;
    await writePicture(path('nan.tif'), layout('float32'), [page(data)]);
    await expect(read('nan.tif')).rejects.toThrow('some of its pixels are not numbers');
    await writePicture(path('five.tif'), { ...layout('uint8'), channels: 5 }, [
      page(new Uint8Array(5 * SIZE * SIZE), 5),
    ]);
    await expect(read('five.tif')).rejects.toThrow('5 channels in one page');
    writeFileSync(path('text.tif'), 'II*\0 and then text');
    await expect(read('text.tif')).rejects.toThrow(/text\.tif: damaged: .*; get the file again$/);
  });
});

test('--page and --white take numbers alone', () => {
  expect([toPage('3'), toWhite('4095.5')]).toEqual([3, 4095.5]);
  for (const page of ['0', '-1', '1.5', 'two'])
    expect(() => toPage(page)).toThrow('--page expects a whole number of at least 1');
  for (const white of ['0', '-1', '', 'bright', 'Infinity'])
    expect(() => toWhite(white)).toThrow('--white expects a number above 0');
});
