// What is written is read again: by this reader, by geotiff and by libtiff (in sharp).

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import * as fc from 'fast-check';
import { fromArrayBuffer } from 'geotiff';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { type Layout, openPicture, type Pixels, planesOf, withPicture, writePicture } from '../src/index.js';
import { rawBytes, SAMPLE_TYPES, type SampleType, samplesOf } from '../src/samples.js';
import { type TiffOptions, tiffBytes } from '../src/tiff/write.js';
import { grey, handMade } from './tiff-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'write-tiff-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'picture.tif');

/** Any layout, and any bits as the numbers of its pages. */
const written = fc
  .record({
    type: fc.constantFrom(...SAMPLE_TYPES),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    channels: fc.constantFrom(1, 2, 3, 5),
    alpha: fc.constantFrom(undefined, 'straight', 'premultiplied'),
    pageCount: fc.integer({ min: 1, max: 3 }),
    seed: fc.integer(),
    ...{ littleEndian: fc.boolean(), compressed: fc.boolean(), planar: fc.boolean(), big: fc.boolean() },
  })
  .map(({ pageCount, seed, alpha, type, width, height, channels, ...rest }) => {
    const layout: Layout = { type, width, height, channels, ...(alpha && { alpha }) };
    const planes = planesOf(layout);
    const pages = Array.from({ length: pageCount }, (_, page) => anyPixels(layout, seed + page));
    const options: TiffOptions = {
      ...{ layout, pageCount, ...rest, planar: rest.planar && planes > 1, rgb: channels === 3 },
      tags: async () => [],
    };
    return { options, pages };
  });

/** Bits without order; those of floats are finite, because a NaN may be stored in many ways. */
function anyPixels(layout: Layout, seed: number): Pixels {
  const { width, height, type } = layout;
  const shape = [planesOf(layout), height, width] as const;
  const count = shape[0] * height * width;
  let state = seed | 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 8;
  };
  if (type === 'float32')
    return { shape, data: Float32Array.from({ length: count }, () => (next() - 2 ** 23) * 1e-3) };
  if (type === 'float64')
    return { shape, data: Float64Array.from({ length: count }, () => (next() - 2 ** 23) / 3) };
  const bytes = Buffer.from(Array.from({ length: 8 * count }, next));
  return { shape, data: samplesOf(type, bytes).subarray(0, count) };
}

async function collect(parts: AsyncIterable<Buffer>): Promise<Buffer> {
  const all = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

const isSame = (one: Pixels, other: Pixels) =>
  one.data.constructor === other.data.constructor && rawBytes(one.data).equals(rawBytes(other.data));

describe('a TIFF of any layout', () => {
  test('is read again as it was', async () => {
    await fc.assert(
      fc.asyncProperty(written, async ({ options, pages }) => {
        writeFileSync(file, await collect(tiffBytes(options, pages)));
        await withPicture(file, async picture => {
          const { type, width, height, channels, alpha } = options.layout;
          expect(picture).toMatchObject({ type, width, height, channels, format: 'tiff' });
          expect(picture.alpha).toBe(alpha);
          expect(picture.pages.length).toBe(pages.length);
          for (const [index, page] of pages.entries())
            expect(isSame(await picture.read(index), page)).toBe(true);
        });
      }),
      { numRuns: 150 },
    );
  });

  test('is read the same by geotiff', async () => {
    // geotiff sums the differences of a file in the other byte order up in this machine's.
    const plain = written.filter(({ options }) => options.littleEndian || !options.compressed);
    await fc.assert(
      fc.asyncProperty(plain, async ({ options, pages }) => {
        const bytes = await collect(tiffBytes(options, pages));
        const tiff = await fromArrayBuffer(new Uint8Array(bytes).buffer);
        expect(await tiff.getImageCount()).toBe(pages.length);
        for (const [index, page] of pages.entries()) {
          const planes = (await (await tiff.getImage(index)).readRasters()) as unknown as Uint8Array[];
          expect(Buffer.concat(planes.map(plane => rawBytes(plane))).equals(rawBytes(page.data))).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test.each(['uint8', 'uint16'] as const)(
    'of %s is read the same by libtiff, in both byte orders, compressed or not',
    async type => {
      for (const littleEndian of [true, false]) {
        for (const compressed of [true, false]) {
          const layout: Layout = { width: 33, height: 21, channels: 1, type };
          const pages = [anyPixels(layout, 1), anyPixels(layout, 2)];
          const options = {
            layout,
            pageCount: 2,
            littleEndian,
            compressed,
            planar: false,
            rgb: false,
            big: false,
          };
          const bytes = await collect(tiffBytes({ ...options, tags: async () => [] }, pages));
          for (const [page, pixels] of pages.entries()) {
            const levels = await sharp(bytes, { page })
              .toColourspace(type === 'uint8' ? 'b-w' : 'grey16')
              .raw({ depth: type === 'uint8' ? 'uchar' : 'ushort' })
              .toBuffer();
            expect(levels.equals(rawBytes(pixels.data))).toBe(true);
          }
        }
      }
    },
  );
});

/** A stack of two pages of 12 bits in 16, most significant byte first, described as ImageJ or OME does. */
function stack(description: string): Buffer {
  const page = (value: number) => Buffer.from([value >> 8, value & 255, 0x0f, 0xff]);
  const tags = grey(2, 1, 16);
  return handMade(
    [
      {
        tags: [
          ...tags,
          [270, 2, description],
          [282, 4, [5]],
          [50838, 4, [4, 8]],
          [50839, 1, [1, 2, 3, 4, 5, 6]],
          [65000, 3, [7, 8, 9]],
        ],
        parts: [page(0x0102)],
      },
      { tags, parts: [page(0x0304)] },
    ],
    { littleEndian: false },
  );
}

describe('writePicture', () => {
  const input = join(folder, 'input.tif');
  const tagsOf = async (path: string) => {
    const image = await (await fromArrayBuffer(new Uint8Array(readFileSync(path)).buffer)).getImage(0);
    return (tag: number) => image.fileDirectory.getValue(tag as never) as unknown;
  };

  test("keeps ImageJ's description and all other tags, their bytes in the file's order", async () => {
    const description = 'ImageJ=1.53t\nimages=2\nchannels=2\nmin=3.0\nmax=900.0\n';
    writeFileSync(input, stack(description));
    const pages = [Uint16Array.of(1, 2), Uint16Array.of(3, 4)].map(
      data => ({ shape: [1, 1, 2], data }) as const,
    );
    await withPicture(input, picture => writePicture(file, picture, pages));
    expect(readFileSync(file).toString('latin1', 0, 2)).toBe('MM');
    const tag = await tagsOf(file);
    expect(tag(270)).toBe(`${description}\0`);
    expect([...(tag(50838) as number[])]).toEqual([4, 8]);
    expect([...(tag(50839) as number[])]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(tag(65000) as number[])]).toEqual([7, 8, 9]);
    await withPicture(file, async picture => {
      expect(picture.pages.map(({ channel }) => channel)).toEqual([0, 1]);
      expect((await picture.read(1)).data).toEqual(Uint16Array.of(3, 4));
    });
  });

  test("keeps OME's description; numbers of another type and the file's new name are told in it", async () => {
    const ome = (type: string, name: string) =>
      `<OME><Image><Pixels DimensionOrder="XYCZT" SizeC="2" SizeZ="1" SizeT="1" ${type}><TiffData IFD="0" PlaneCount="2"><UUID FileName="${name}">urn:uuid:1</UUID></TiffData></Pixels></Image></OME>`;
    writeFileSync(input, stack(ome('Type="uint16" SignificantBits="12"', 'input.tif')));
    const same = [Uint16Array.of(1, 2), Uint16Array.of(3, 4)];
    await withPicture(input, picture => writePicture(file, picture, same.map(pageOf)));
    expect((await tagsOf(file))(270)).toBe(`${ome('Type="uint16" SignificantBits="12"', 'picture.tif')}\0`);
    const floats = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    await withPicture(input, picture => writePicture(file, picture, floats.map(pageOf), { type: 'float32' }));
    expect((await tagsOf(file))(270)).toBe(`${ome('Type="float"', 'picture.tif')}\0`);
    expect((await withPicture(file, picture => picture.read(1))).data).toEqual(floats[1]);
  });
  const pageOf = (data: Pixels['data']): Pixels => ({ shape: [1, 1, 2], data });

  test('a picture whose numbers come packed is written in whole bytes, with its white', async () => {
    writeFileSync(input, handMade([{ tags: grey(2, 1, 12), parts: [Buffer.from('fff001', 'hex')] }]));
    await withPicture(input, async picture => writePicture(file, picture, [await picture.read(0)]));
    await withPicture(file, async picture => {
      expect(picture.white).toBe(4095);
      expect((await picture.read(0)).data).toEqual(Uint16Array.of(4095, 1));
    });
  });

  test('never over an input, by whatever name', async () => {
    const bytes = stack('');
    writeFileSync(input, bytes);
    const other = join(folder, 'other.tif');
    writeFileSync(other, bytes);
    await withPicture(input, async picture => {
      const path = join(folder, '.', 'input.tif');
      await expect(writePicture(path, picture, [])).rejects.toThrow('it is one of the inputs');
      await expect(writePicture(other, picture, [], { inputs: [other] })).rejects.toThrow(
        'it is one of the inputs',
      );
    });
    expect(readFileSync(input).equals(bytes)).toBe(true);
  });

  test('whole or not at all: when a page fails, what was there stays', async () => {
    writeFileSync(input, stack(''));
    writeFileSync(file, 'before');
    async function* pages() {
      yield pageOf(Uint16Array.of(1, 2));
      throw new UserError('no more');
    }
    await withPicture(input, picture =>
      expect(writePicture(file, picture, pages())).rejects.toThrow('no more'),
    );
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  test('says which page is missing or of another type', async () => {
    const layout = { width: 2, height: 1, channels: 1, type: 'uint16' as SampleType, pageCount: 2 };
    await expect(writePicture(file, layout, [pageOf(Uint16Array.of(1, 2))])).rejects.toThrow(
      'expected 2 pages, got 1',
    );
    await expect(writePicture(file, layout, [pageOf(Uint8Array.of(1, 2))])).rejects.toThrow(TypeError);
  });

  test('a light: floats, one page for each channel', async () => {
    const light = { width: 2, height: 1, channels: 1, type: 'float32' as SampleType, pageCount: 2 };
    const pages = [Float32Array.of(0.5, 1.5), Float32Array.of(1.25, 0.75)];
    await writePicture(file, light, pages.map(pageOf));
    const picture = await openPicture(file);
    expect(picture).toMatchObject({ type: 'float32', channels: 1 });
    expect(picture.white).toBeUndefined();
    expect((await picture.read(1)).data).toEqual(pages[1]);
    await picture.close();
  });
});
