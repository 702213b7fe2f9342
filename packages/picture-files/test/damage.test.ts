// Damaged bytes: one clear line or a picture, never anything else, and soon.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { withPicture } from '../src/index.js';
import { grey, handMade } from './tiff-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'damage-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'damaged');

const [width, height] = [24, 18];
const image = () =>
  sharp(
    Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * at) % 251),
    { raw: { width, height, channels: 3 } },
  );
const page = {
  tags: [...grey(8, 8, 16), [270, 2, 'ImageJ=1.53t\nimages=2\nslices=2\n'] as const],
  parts: [new Uint8Array(128)],
};

const made: Record<string, () => Buffer | Promise<Buffer>> = {
  'tiff by hand': () => handMade([page, page]),
  'tiff, LZW': () => image().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(),
  'tiff, Deflate, tiles, BigTIFF': () =>
    image()
      .tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16, bigtiff: true })
      .toBuffer(),
  'tiff, PackBits': () => image().tiff({ compression: 'packbits' }).toBuffer(),
  png: () => image().png().toBuffer(),
  jpeg: () => image().jpeg().toBuffer(),
  webp: () => image().webp().toBuffer(),
  gif: () => image().gif().toBuffer(),
};

/** What came of it: nothing, a line for the user, or something else, which is a fault. */
async function outcome(bytes: Uint8Array): Promise<string> {
  writeFileSync(file, bytes);
  try {
    await withPicture(file, async picture => {
      for (let index = 0; index < Math.min(picture.pages.length, 4); index++) await picture.read(index);
    });
    return 'read';
  } catch (error) {
    if (error instanceof UserError && error.message.startsWith(`${file}: `) && !error.message.includes('\n'))
      return 'refused';
    return (error as Error).stack ?? String(error);
  }
}

describe.each(Object.keys(made))('%s', kind => {
  test('with bytes changed or cut off is read, or refused in one line', async () => {
    const whole = await made[kind]!();
    expect(await outcome(whole)).toBe('read');
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 });
    const cut = fc.option(fc.nat(whole.length - 1), { nil: whole.length });
    const before = process.memoryUsage().arrayBuffers;
    await fc.assert(
      fc.asyncProperty(changes, cut, async (changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        expect(await outcome(bytes)).toMatch(/^(read|refused)$/);
      }),
      { numRuns: 150 },
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28);
  });
});

test('a TIFF cut anywhere in its pages is not read', async () => {
  const whole = handMade([page]);
  for (let length = 0; length < whole.length; length += 7)
    expect(await outcome(whole.subarray(0, length))).toBe('refused');
});
