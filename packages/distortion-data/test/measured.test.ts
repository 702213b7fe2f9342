// Flat fields of a folder as lights.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageAt } from '@blind-demod/arrays';
import { type SampleType, writePicture } from '@blind-demod/picture-files';
import { afterAll, expect, test } from 'vitest';
import { measured } from '../src/families/measured.js';

const root = mkdtempSync(join(tmpdir(), 'measured-'));
afterAll(() => rmSync(root, { recursive: true }));

const [width, height] = [48, 32];
/** Brighter from left to right, and from top to bottom. */
const gradient = (scale: number) =>
  Float32Array.from(
    { length: width * height },
    (_, pixel) => scale * (1 + (pixel % width) / width + Math.floor(pixel / width) / height),
  );
const write = (folder: string, name: string, type: SampleType, pages: (Uint16Array | Float32Array)[]) => {
  mkdirSync(join(root, folder), { recursive: true });
  return writePicture(
    join(root, folder, name),
    { width, height, channels: 1, type, pageCount: pages.length },
    pages.map(data => ({ shape: [1, height, width] as const, data })),
  );
};
const images = (folder: string, side: number) =>
  measured.images(measured.settings.parse({ source: 'measured', folder, side }), { root, seed: 1 });

test.each([8, 40, 64])(
  'gives the whole field of each page as a square of %i, its highest value 1',
  async side => {
    await write('flats', 'counts.tif', 'uint16', [
      Uint16Array.from(gradient(900)),
      Uint16Array.from(gradient(90)),
    ]);
    await write('flats', 'mean-one.tif', 'float32', [gradient(0.5)]);
    const { pixels } = await images('flats', side);
    expect(pixels.shape).toEqual([3, 1, side, side]);
    for (let image = 0; image < 3; image++) {
      const { data } = imageAt(pixels, image);
      const at = (row: number, column: number) => data[row * side + column]!;
      expect(Math.max(...data)).toBe(1);
      // Inside, where resizing repeats no edge, the field of places is what it was: pixel p of n is at p / n there.
      const place = (cell: number, count: number) => (cell + 1 / 2) / side - 1 / 2 / count;
      const field = (row: number, column: number) => 1 + place(column, width) + place(row, height);
      const [first, last] = [Math.floor(side / 4), side - 1 - Math.floor(side / 4)];
      for (const row of [first, last]) {
        for (const column of [first, last]) {
          // Counts from 90 on are rounded by 1/180 at most.
          const ratio = at(row, column) / at(first, first);
          expect(Math.abs(ratio / (field(row, column) / field(first, first)) - 1)).toBeLessThan(2 / 180);
        }
      }
    }
  },
);

test('refuses a field that is black somewhere', async () => {
  await write('holes', 'hole.tif', 'float32', [gradient(1).fill(0, 0, width * 8)]);
  await expect(images('holes', 16)).rejects.toThrow(
    'hole.tif: page 1 is black in places, and a light is not',
  );
});
