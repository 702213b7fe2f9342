// Pictures of a folder as images: whole, and as windows.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageAt, UserError } from '@blind-demod/arrays';
import { type Layout, writePicture } from '@blind-demod/picture-files';
import { afterAll, describe, expect, test } from 'vitest';
import { folder as family } from '../src/families/folder.js';

const root = mkdtempSync(join(tmpdir(), 'folder-'));
afterAll(() => rmSync(root, { recursive: true }));
const pictures = join(root, 'pictures');
mkdirSync(pictures);

const [width, height] = [12, 8];
const layout = { width, height, channels: 1 };
/** Numbers that tell where they are: the row in tens, the column in ones. */
const at = (row: number, column: number) => 100 * (row + 1) + column;
const numbers = Array.from({ length: width * height }, (_, index) =>
  at(Math.floor(index / width), index % width),
);
const write = (name: string, type: Layout['type'], pages: (Uint16Array | Float32Array)[]) =>
  writePicture(
    join(pictures, name),
    { ...layout, type, pageCount: pages.length },
    pages.map(data => ({ shape: [1, height, width] as const, data })),
  );
await write('b.tif', 'uint16', [Uint16Array.from(numbers), Uint16Array.from(numbers, value => 3 * value)]);
await write('a.png', 'uint16', [Uint16Array.from(numbers, value => 2 * value)]);
writeFileSync(join(pictures, 'notes.txt'), 'no picture');
writeFileSync(join(pictures, '.hidden.png'), 'no picture');
mkdirSync(join(pictures, 'folder.png'));
spawnSync('mkfifo', [join(pictures, 'pipe.png')]); // whoever reads it waits for ever

const images = (settings: object, seed = 1) =>
  family.images(family.settings.parse({ source: 'folder', folder: 'pictures', side: 8, ...settings }), {
    root,
    seed,
  });
const WHITE = 4095; // 3 · 811 needs 12 bits, and one white is for all.

describe('a folder of pictures', () => {
  test('gives the central square of each page, by the files in order, with one white for all', async () => {
    const { pixels, labels } = await images({});
    expect(pixels.shape).toEqual([3, 1, 8, 8]);
    expect(labels.length).toBe(3);
    [2, 1, 3].forEach((factor, image) => {
      const { data } = imageAt(pixels, image);
      expect(data[0]).toBeCloseTo((factor * at(0, 2)) / WHITE, 6);
      expect(data[63]).toBeCloseTo((factor * at(7, 9)) / WHITE, 6);
    });
  });

  test('gives windows, each a square of a page in one of its orientations', async () => {
    const { pixels } = await images({ windows: 40, smallest: 1 });
    expect(pixels.shape[0]).toBe(120);
    const turns = new Set<string>();
    const places = new Set<number>();
    for (let image = 0; image < 40; image++) {
      const values = Array.from(imageAt(pixels, image).data, value => Math.round((value * WHITE) / 2));
      const corners = [values[0]!, values[7]!, values[56]!, values[63]!];
      const [left, right] = [Math.min(...corners) % 100, Math.max(...corners) % 100];
      expect([...values].sort((one, other) => one - other)).toEqual(
        Array.from({ length: 64 }, (_, index) => at(Math.floor(index / 8), left + (index % 8))),
      );
      expect(right - left).toBe(7);
      places.add(left);
      turns.add(corners.map(value => value - left).join());
    }
    expect(turns.size).toBe(8);
    expect(places).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  test('gives other windows by another seed, and smaller ones', async () => {
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map(seed => images({ windows: 3, smallest: 0.5 }, seed)),
    );
    expect(one!.pixels.data).toEqual(same!.pixels.data);
    expect(one!.pixels.data).not.toEqual(other!.pixels.data);
    const spans = [0, 1, 2].map(image => {
      const { data } = imageAt(one!.pixels, image);
      return Math.max(...data) - Math.min(...data);
    });
    expect(new Set(spans).size).toBe(3);
  });

  test('says where there is none', async () => {
    mkdirSync(join(root, 'empty'));
    await expect(images({ folder: 'empty' })).rejects.toThrow(
      new UserError(
        `${join(root, 'empty')}: no pictures (.tif, .tiff, .png, .jpg, .jpeg, .webp, .gif) in this folder`,
      ),
    );
    await expect(images({ folder: 'none' })).rejects.toThrow(
      'none: no such folder; give the folder of the pictures',
    );
  });
});
