// PNG, JPEG, WebP and GIF: read as fast-png and libvips read them, and written with what they told.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '@blind-demod/arrays';
import { decode, encode } from 'fast-png';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { type Pixels, upright, withPicture, writePicture } from '../src/index.js';
import { interleave, undecodable } from '../src/raster.js';
import { Unreadable } from '../src/unreadable.js';

const folder = mkdtempSync(join(tmpdir(), 'raster-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

const readPage = (file: string, page = 0) => withPicture(file, picture => picture.read(page));
const levels = (count: number, white: number) =>
  randomStream(1)
    .uniforms(count)
    .map(value => Math.floor(value * (white + 1)));

describe('PNG', () => {
  test.each([
    [8, 1],
    [8, 2],
    [8, 3],
    [8, 4],
    [16, 1],
    [16, 2],
    [16, 3],
    [16, 4],
  ] as const)(
    'of %i bits and %i planes: what fast-png writes is read, and what is written fast-png reads',
    async (depth, planes) => {
      const [width, height] = [7, 5];
      const Type = depth === 8 ? Uint8Array : Uint16Array;
      const data = Type.from(levels(width * height * planes, 2 ** depth - 1));
      writeFileSync(path('in.png'), encode({ width, height, data, depth, channels: planes }));
      await withPicture(path('in.png'), async picture => {
        const page = await picture.read(0);
        expect(picture).toMatchObject({
          channels: planes < 3 ? 1 : 3,
          type: depth === 8 ? 'uint8' : 'uint16',
          white: 2 ** depth - 1,
        });
        expect(picture.alpha).toBe(planes % 2 === 0 ? 'straight' : undefined);
        expect(page.shape).toEqual([planes, height, width]);
        expect(interleave(page, picture.type)).toEqual(data);
        await writePicture(path('out.png'), picture, [page]);
      });
      const back = decode(readFileSync(path('out.png')));
      expect([back.depth, back.channels, back.data]).toEqual([depth, planes, data]);
    },
  );

  test('its numbers are not changed by the profile that it has, which is kept with texts and resolution', async () => {
    const data = Uint8Array.from(levels(48, 255));
    const text = { Comment: 'of a page' };
    writeFileSync(path('plain.png'), encode({ width: 4, height: 4, data, depth: 8, channels: 3, text }));
    const profiled = await sharp(path('plain.png')).withIccProfile('p3').withDensity(300).png().toBuffer();
    writeFileSync(path('in.png'), profiled);
    const expected = decode(profiled);
    await withPicture(path('in.png'), async picture => {
      const page = await picture.read(0);
      expect([...interleave(page, 'uint8')]).toEqual([...expected.data]);
      await writePicture(path('out.png'), picture, [page]);
    });
    const out = decode(readFileSync(path('out.png')));
    expect(out.data).toEqual(expected.data);
    expect(out.iccEmbeddedProfile).toEqual(expected.iccEmbeddedProfile);
    expect(expected.iccEmbeddedProfile).toBeDefined();
    expect(out.resolution).toEqual(expected.resolution);
    expect(out.resolution).toBeDefined();
  });

  test('with several pictures is refused by name', async () => {
    const png = encode({ width: 1, height: 1, data: Uint8Array.of(7), depth: 8, channels: 1 });
    // The chunk acTL, after the header; its checksum is libpng's to complain about.
    const chunk = Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from('acTL'), Buffer.alloc(12)]);
    writeFileSync(path('in.png'), Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]));
    await expect(readPage(path('in.png'))).rejects.toThrow(/in\.png: (an animated PNG|damaged)/);
  });
});

describe('JPEG', () => {
  const colours = sharp(Uint8Array.from(levels(24 * 16 * 3, 255)), {
    raw: { width: 24, height: 16, channels: 3 },
  }).blur(3);

  test('is read as it is stored; its orientation is told, and kept with EXIF and profile', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const exif = { IFD0: { Copyright: 'nobody' } };
      const jpeg = await colours.clone().jpeg().withExif(exif).withMetadata({ orientation }).toBuffer();
      writeFileSync(path('in.jpg'), jpeg);
      await withPicture(path('in.jpg'), async picture => {
        const page = await picture.read(0);
        expect(picture).toMatchObject({ width: 24, height: 16, orientation, type: 'uint8', channels: 3 });
        const turned = upright(page, orientation);
        const expected = await sharp(jpeg, { autoOrient: true }).raw().toBuffer({ resolveWithObject: true });
        expect(turned.shape).toEqual([3, expected.info.height, expected.info.width]);
        expect(Buffer.from(interleave(turned, 'uint8') as Uint8Array).equals(expected.data)).toBe(true);
        await writePicture(path('out.jpg'), picture, [page]);
      });
      const [before, after] = await Promise.all([sharp(jpeg).metadata(), sharp(path('out.jpg')).metadata()]);
      expect(after.exif).toEqual(before.exif);
      expect(after.icc).toEqual(before.icc);
      expect([after.orientation, after.width, after.height]).toEqual([orientation, 24, 16]);
    }
  });

  test('is written close to the numbers given', async () => {
    writeFileSync(path('in.jpg'), await colours.clone().jpeg({ quality: 100 }).toBuffer());
    const page = await readPage(path('in.jpg'));
    await withPicture(path('in.jpg'), picture => writePicture(path('out.jpg'), picture, [page]));
    const back = await readPage(path('out.jpg'));
    const worst = Math.max(...Array.from(back.data, (value, index) => Math.abs(value - page.data[index]!)));
    expect(worst).toBeLessThan(12); // Quality 95 divides by up to 10 (its table's last entry, 99, at a tenth).
  });

  test('of CMYK is refused by name', async () => {
    writeFileSync(path('in.jpg'), await colours.clone().toColourspace('cmyk').jpeg().toBuffer());
    await expect(readPage(path('in.jpg'))).rejects.toThrow(
      'in.jpg: colours as CMYK, which are not read; save it as grey or RGB',
    );
  });
});

describe('animations', () => {
  test.each(['gif', 'webp'] as const)('%s: each picture is a page', async format => {
    const frames = [0, 255, 51].map(level =>
      sharp({ create: { width: 4, height: 3, channels: 3, background: { r: level, g: level, b: level } } })
        .png()
        .toBuffer(),
    );
    const joined = sharp(await Promise.all(frames), { join: { animated: true } });
    writeFileSync(
      path(`in.${format}`),
      await (format === 'gif' ? joined.gif() : joined.webp({ lossless: true })).toBuffer(),
    );
    await withPicture(path(`in.${format}`), async picture => {
      expect(picture).toMatchObject({ format, animated: true, width: 4, height: 3 });
      expect(picture.pages.map(({ frame }) => frame)).toEqual([0, 1, 2]);
      const first = await Promise.all([0, 1, 2].map(async page => (await picture.read(page)).data[0]));
      expect(first).toEqual([0, 255, 51]);
      const pages = await Promise.all([0, 1, 2].map(page => picture.read(page)));
      await expect(writePicture(path(`out.${format}`), picture, pages)).rejects.toThrow(/ends in \.tif/);
      await writePicture(path('out.tif'), picture, pages);
    });
    expect((await readPage(path('out.tif'), 2)).data[0]).toBe(51);
  });
});

describe('writePicture', () => {
  const page: Pixels = { shape: [1, 1, 2], data: Uint16Array.of(1, 65535) };
  const layout = { width: 2, height: 1, channels: 1, type: 'uint16', pageCount: 1 } as const;

  test('keeps WebP without loss', async () => {
    const pixels: Pixels = { shape: [3, 1, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    await writePicture(path('out.webp'), { width: 2, height: 1, channels: 3, type: 'uint8', pageCount: 1 }, [
      pixels,
    ]);
    expect(await readPage(path('out.webp'))).toEqual(pixels);
  });

  test.each([
    ['out.jpg', layout, '1 × uint16'],
    ['out.png', { ...layout, type: 'float32' }, '1 × float32'],
    ['out.png', { ...layout, channels: 5 }, '5 × uint16'],
    ['out.webp', { ...layout, pageCount: 2 }, '2 pages'],
  ] as const)('%s does not keep everything, and says so', async (name, layout, what) => {
    await expect(writePicture(path(name), layout, [page])).rejects.toThrow(
      `${path(name)}: a file of this format does not keep ${what}; give it a name that ends in .tif`,
    );
  });

  test('a name without a format is refused', async () => {
    await expect(writePicture(path('out.bmp'), layout, [page])).rejects.toThrow(
      'its name ends in no format that is written',
    );
    await expect(writePicture(path('out.gif'), layout, [page])).rejects.toThrow(
      'its name ends in no format that is written',
    );
  });
});

test('a file is not called damaged where the system has no thread to read it with', () => {
  const told = (message: string) => undecodable(new Error(message));
  expect(told('VipsJpeg: premature end of JPEG image')).toBeInstanceOf(Unreadable);
  expect(told('glib: Error creating thread: Resource temporarily unavailable')).not.toBeInstanceOf(
    Unreadable,
  );
});
