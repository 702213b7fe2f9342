// Reading TIFFs: made by hand, by libtiff (in sharp), compared with what geotiff reads.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { randomStream, UserError } from '@blind-demod/arrays';
import { fromFile } from 'geotiff';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { openPicture, type Pixels, withPicture } from '../src/index.js';
import { grey, type HandMade, handMade, type Tag } from './tiff-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'read-tiff-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'picture.tif');

const read = (bytes: Uint8Array): Promise<Pixels[]> => {
  writeFileSync(file, bytes);
  return withPicture(file, picture => Promise.all(picture.pages.map((_, index) => picture.read(index))));
};
const numbers = async (...pages: HandMade[]) => (await read(handMade(pages))).map(({ data }) => [...data]);
const opened = async (bytes: Uint8Array) => {
  writeFileSync(file, bytes);
  return withPicture(file, async picture => picture);
};
const replaced = (tags: Tag[], ...others: Tag[]): Tag[] => [
  ...tags.filter(([tag]) => !others.some(other => other[0] === tag)),
  ...others,
];
const bytesOf = (array: NodeJS.TypedArray) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('numbers made by hand', () => {
  test.each([
    ['signed 16 bits', 16, 2, Int16Array.of(-32768, -1, 0, 32767)],
    ['signed 8 bits', 8, 2, Int8Array.of(-128, -1, 0, 127)],
    ['unsigned 32 bits', 32, 1, Uint32Array.of(0, 1, 2 ** 24 + 1, 2 ** 32 - 1)],
    ['signed 32 bits', 32, 2, Int32Array.of(-(2 ** 31), -1, 2 ** 24 + 1, 2 ** 31 - 1)],
    ['floats of 32 bits', 32, 3, Float32Array.of(-0.1, 3100, 1e-30, Infinity)],
    ['floats of 64 bits', 64, 3, Float64Array.of(-0.1, 1e300, Math.PI, 2 ** 53)],
  ] as const)('%s, in both byte orders', async (_, bits, sampleFormat, values) => {
    const swapped = Buffer.from(bytesOf(values));
    if (bits > 8) swapped[`swap${bits as 16 | 32 | 64}`]();
    const tags = grey(2, 2, bits, sampleFormat);
    for (const [littleEndian, part] of [
      [true, bytesOf(values)],
      [false, swapped],
    ] as const) {
      const [page] = await read(handMade([{ tags, parts: [part] }], { littleEndian }));
      expect(page).toEqual({ shape: [1, 2, 2], data: values });
    }
  });

  test('12 bits without gaps, rows beginning with a byte; white is 4095', async () => {
    // 0xabc 0x123 0xfff, a half byte to fill up; 0x001 0x800 0x7fe
    const part = Buffer.from('abc123fff0001800' + '7fe0', 'hex');
    const made = handMade([{ tags: grey(3, 2, 12), parts: [part] }]);
    expect((await read(made))[0]).toEqual({
      shape: [1, 2, 3],
      data: Uint16Array.of(0xabc, 0x123, 0xfff, 0x001, 0x800, 0x7fe),
    });
    expect((await opened(made)).white).toBe(4095);
  });

  test('white is what the file says, if that can be', async () => {
    const white = async (value: number) => {
      const tags = replaced(grey(1, 1, 16), [281, 3, [value]]);
      return (await opened(handMade([{ tags, parts: [Uint8Array.of(0, 0)] }]))).white;
    };
    expect(await white(4095)).toBe(4095);
    expect(await white(3017)).toBe(65535);
    expect(await white(0)).toBe(65535);
  });

  test('numbers whose least is white are turned round', async () => {
    const tags = replaced(grey(3, 1, 8), [262, 3, [0]]);
    expect(await numbers({ tags, parts: [Uint8Array.of(0, 1, 255)] })).toEqual([[255, 254, 0]]);
  });

  test('colours together and apart, with alpha of both kinds', async () => {
    const rgba = (planar: number, alpha: number): Tag[] =>
      replaced(
        grey(2, 1, 8),
        [258, 3, [8, 8, 8, 8]],
        [262, 3, [2]],
        [277, 3, [4]],
        [284, 3, [planar]],
        [338, 3, [alpha]],
        [339, 3, [1, 1, 1, 1]],
      );
    const together = handMade([{ tags: rgba(1, 2), parts: [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)] }]);
    const apart = handMade([
      {
        tags: rgba(2, 1),
        parts: [Uint8Array.of(1, 5), Uint8Array.of(2, 6), Uint8Array.of(3, 7), Uint8Array.of(4, 8)],
      },
    ]);
    for (const made of [together, apart]) {
      expect((await read(made))[0]).toEqual({
        shape: [4, 1, 2],
        data: Uint8Array.of(1, 5, 2, 6, 3, 7, 4, 8),
      });
    }
    expect(await opened(together)).toMatchObject({ channels: 3, alpha: 'straight' });
    expect(await opened(apart)).toMatchObject({ channels: 3, alpha: 'premultiplied' });
  });

  test('tiles, cut at the edge of the page', async () => {
    const tags = replaced(grey(3, 3, 8), [322, 4, [2]], [323, 4, [2]]).filter(([tag]) => tag !== 278);
    const parts = [
      [1, 2, 4, 5],
      [3, 0, 6, 0],
      [7, 8, 0, 0],
      [9, 0, 0, 0],
    ].map(tile => Uint8Array.from(tile));
    expect(await numbers({ tags, parts })).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  test('PackBits: repeats, what stays as it is, and what does nothing', async () => {
    const tags = replaced(grey(7, 1, 8), [259, 3, [32773]]);
    // The example of TIFF 6.0, section 9, cut: 2 bytes as they are, nothing, 5 times 0xaa.
    const part = Uint8Array.of(1, 0x80, 0x00, 0x80, 0xfc, 0xaa);
    expect(await numbers({ tags, parts: [part] })).toEqual([[0x80, 0, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa]]);
  });

  test('differences are summed up in the order of the bytes of the file', async () => {
    const tags = replaced(grey(3, 1, 16), [259, 3, [8]], [317, 3, [2]]);
    const part = deflateSync(Buffer.from('00ff' + '0001' + 'ff00', 'hex'));
    const [page] = await read(handMade([{ tags, parts: [part] }], { littleEndian: false }));
    expect([...page!.data]).toEqual([0x00ff, 0x0100, 0x0000]);
  });

  test("the floating-point predictor: bytes by significance, then their differences (Adobe's Technical Note 3)", async () => {
    const values = Float32Array.of(1, -2.5, 1e-20, 3e8);
    const big = Buffer.from(bytesOf(values)).swap32();
    const sorted = [0, 1, 2, 3].flatMap(byte => [0, 1, 2, 3].map(index => big[4 * index + byte]!));
    const differences = Uint8Array.from(sorted, (value, at) => value - (sorted[at - 1] ?? 0));
    const tags = replaced(grey(4, 1, 32, 3), [259, 3, [8]], [317, 3, [3]]);
    for (const littleEndian of [true, false]) {
      const [page] = await read(handMade([{ tags, parts: [deflateSync(differences)] }], { littleEndian }));
      expect(page!.data).toEqual(values);
    }
  });

  test('each page, without reduced copies', async () => {
    const page = (value: number): HandMade => ({ tags: grey(1, 1, 8), parts: [Uint8Array.of(value)] });
    const reduced: HandMade = { tags: [[254, 4, [1]], ...grey(1, 1, 8)], parts: [Uint8Array.of(9)] };
    expect(await numbers(page(1), reduced, page(2))).toEqual([[1], [2]]);
    expect((await opened(handMade([page(1), reduced]))).notes).toEqual([
      'Its reduced copy or mask was left out.',
    ]);
  });
});

describe('what libtiff writes', () => {
  const levels = (count: number) =>
    Uint16Array.from(randomStream(1).uniforms(count), value => 4096 * Math.floor(6 * value) + 40 * value);

  test.each(['none', 'lzw', 'deflate', 'packbits'] as const)(
    '%s: 8 and 16 bits, strips and tiles, as geotiff reads it',
    async compression => {
      for (const [channels, depth] of [
        [1, 16],
        [3, 16],
        [1, 8],
        [3, 8],
      ] as const) {
        const [width, height] = [75, 43];
        const samples = levels(width * height * channels);
        const image = sharp(depth === 16 ? samples : Uint8Array.from(samples), {
          raw: { width, height, channels },
        });
        const space = { 1: { 8: 'b-w', 16: 'grey16' }, 3: { 8: 'srgb', 16: 'rgb16' } }[channels][depth];
        for (const tile of [false, true]) {
          const predictor = compression === 'lzw' || compression === 'deflate' ? 'horizontal' : 'none';
          const options = { compression, predictor, tile, tileWidth: 32, tileHeight: 16 } as const;
          await image.clone().toColourspace(space).tiff(options).toFile(file);
          const page = await withPicture(file, picture => picture.read(0));
          const image_ = await (await fromFile(file)).getImage();
          const expected = (await image_.readRasters({ interleave: false })) as unknown as Uint16Array[];
          expect(page.shape).toEqual([channels, height, width]);
          expect(page.data).toEqual(concatenated(expected));
        }
      }
    },
  );

  test('BigTIFF', async () => {
    const samples = levels(200);
    await sharp(samples, { raw: { width: 20, height: 10, channels: 1 } })
      .toColourspace('grey16')
      .tiff({ bigtiff: true, compression: 'none' })
      .toFile(file);
    expect((await withPicture(file, picture => picture.read(0))).data).toEqual(samples);
  });
});

function concatenated(planes: Uint16Array[]) {
  const Type = planes[0]!.constructor as Uint16ArrayConstructor;
  return Type.from(planes.flatMap(plane => [...plane]));
}

describe('stacks', () => {
  const stack = (count: number, description: string): Buffer =>
    handMade(
      Array.from({ length: count }, (_, index) => ({
        tags: index === 0 ? [...grey(1, 1, 8), [270, 2, description] as const] : grey(1, 1, 8),
        parts: [Uint8Array.of(index)],
      })),
    );

  test('without a word, pages are slices', async () => {
    expect((await opened(stack(2, ''))).pages).toEqual([
      { channel: 0, slice: 0, frame: 0 },
      { channel: 0, slice: 1, frame: 0 },
    ]);
  });

  test('ImageJ: channels first, then slices, then frames', async () => {
    const { pages } = await opened(
      stack(12, 'ImageJ=1.53t\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\n'),
    );
    expect(pages[1]).toEqual({ channel: 1, slice: 0, frame: 0 });
    expect(pages[2]).toEqual({ channel: 0, slice: 1, frame: 0 });
    expect(pages[11]).toEqual({ channel: 1, slice: 2, frame: 1 });
  });

  test('ImageJ: more than 4 GB are one directory, and the numbers of all pages behind each other', async () => {
    const tags: Tag[] = [...grey(1, 2, 8), [270, 2, 'ImageJ=1.53t\nimages=3\nslices=3\n']];
    const made = handMade([{ tags, parts: [Uint8Array.of(1, 2, 3, 4, 5, 6)] }]);
    expect((await read(made)).map(({ data }) => [...data])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const cut = handMade([{ tags: [...grey(100, 9, 8), tags.at(-1)!], parts: [new Uint8Array(900)] }]);
    await expect(read(cut)).rejects.toThrow(/claims 3 pages, and has 1/);
  });

  const ome = (pixels: string, content: string) =>
    `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0" ${pixels}>${content}</Pixels></Image></OME>`;

  test('OME: in the order of the dimensions', async () => {
    const description = ome(
      'DimensionOrder="XYZCT" SizeX="1" SizeY="1" SizeC="2" SizeZ="3" SizeT="1" Type="uint8"',
      '<Channel ID="Channel:0:0" SamplesPerPixel="1"/><TiffData/>',
    );
    const { pages } = await opened(stack(6, description));
    expect(pages[1]).toEqual({ channel: 0, slice: 1, frame: 0 });
    expect(pages[3]).toEqual({ channel: 1, slice: 0, frame: 0 });
  });

  test('OME: each page where its TiffData says', async () => {
    const description = ome(
      'DimensionOrder="XYCZT" SizeX="1" SizeY="1" SizeC="2" SizeZ="1" SizeT="1" Type="uint8"',
      '<TiffData IFD="0" FirstC="1" FirstZ="0" FirstT="0" PlaneCount="1"/><TiffData IFD="1" FirstC="0"/>',
    );
    expect((await opened(stack(2, description))).pages.map(({ channel }) => channel)).toEqual([1, 0]);
  });

  test('OME: the bits that the camera filled say what white is', async () => {
    const description = ome(
      'DimensionOrder="XYCZT" SizeC="1" SizeZ="1" SizeT="1" SignificantBits="12"',
      '<TiffData/>',
    );
    const tags: Tag[] = [...grey(1, 1, 16), [270, 2, description]];
    expect((await opened(handMade([{ tags, parts: [Uint8Array.of(0, 1)] }]))).white).toBe(4095);
  });
});

describe('what is refused, by name', () => {
  const one = (...tags: Tag[]) =>
    handMade([{ tags: replaced(grey(2, 2, 8), ...tags), parts: [new Uint8Array(32)] }]);
  test.each([
    [
      'floats of 16 bits',
      [
        [258, 3, [16]],
        [339, 3, [3]],
      ],
    ],
    ['numbers of 1 bit', [[258, 3, [1]]]],
    ['numbers of 64 bits', [[258, 3, [64]]]],
    [
      'complex numbers',
      [
        [258, 3, [64]],
        [339, 3, [6]],
      ],
    ],
    ['compression by JPEG', [[259, 3, [7]]]],
    ['compression by Zstandard', [[259, 3, [50000]]]],
    ['compression by CCITT fax', [[259, 3, [4]]]],
    ['compression by method 4711', [[259, 3, [4711]]]],
    ['colours as CMYK', [[262, 3, [5]]]],
    ["a camera's raw mosaic", [[262, 3, [32803]]]],
    [
      'predictor 3 with 8 bits',
      [
        [259, 3, [8]],
        [317, 3, [3]],
      ],
    ],
    ['a table of colours', [[262, 3, [3]]]],
    [
      'colours of different depths',
      [
        [258, 3, [5, 6, 5]],
        [277, 3, [3]],
      ],
    ],
  ] as [string, Tag[]][])('%s', async (what, tags) => {
    const error = await read(one(...tags)).catch((error: unknown) => error as Error);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain(`${file}: a TIFF with ${what}, which is not read; save it `);
    expect((error as Error).message).not.toContain('\n');
  });

  test('pages of different sizes', async () => {
    const made = handMade([
      { tags: grey(2, 2, 8), parts: [new Uint8Array(4)] },
      { tags: grey(2, 1, 8), parts: [new Uint8Array(2)] },
    ]);
    await expect(read(made)).rejects.toThrow('page 2 is 2×1 of 1 × uint8, and the first 2×2 of 1 × uint8');
  });
});

describe('what is damaged', () => {
  const claims = (width: number, height: number, compression: number) =>
    handMade([
      { tags: replaced(grey(width, height, 8), [259, 3, [compression]]), parts: [new Uint8Array(64)] },
    ]);

  test.each([1, 5, 8, 32773])(
    'a header that claims 10⁹ pixels is refused by the size of the file (compression %i)',
    async compression => {
      const before = process.memoryUsage().arrayBuffers;
      await expect(read(claims(40_000, 25_000, compression))).rejects.toThrow(
        /claims 40000×25000 pixels, and (ends before them|has not the bytes for them); get the file again$/,
      );
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
    },
  );

  test('pages that go round in a circle', async () => {
    const bytes = handMade([{ tags: grey(1, 1, 8), parts: [Uint8Array.of(7)] }]);
    bytes.copy(bytes, bytes.length - 4, 4, 8);
    await expect(read(bytes)).rejects.toThrow('damaged: its pages go round in a circle; get the file again');
  });

  test('a file that ends too early', async () => {
    const bytes = handMade([{ tags: grey(8, 8, 8), parts: [new Uint8Array(64)] }]);
    for (const length of [3, 7, 60, bytes.length - 1]) {
      await expect(read(bytes.subarray(0, length))).rejects.toThrow(UserError);
    }
  });

  test('a file that is not there, a folder, an empty file', async () => {
    await expect(openPicture(join(folder, 'none.tif'))).rejects.toThrow(
      'no such file; give the path of an image',
    );
    await expect(openPicture(folder)).rejects.toThrow(UserError);
    await expect(read(new Uint8Array(0))).rejects.toThrow('it is empty');
  });
});
