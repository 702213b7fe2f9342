// From files to corrected files, on files made here.

import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { alone } from '@blind-demod/artifacts';
import {
  type Layout,
  type Pixels,
  type SampleArray,
  type SampleType,
  withPicture,
  writePicture,
  zeros,
} from '@blind-demod/picture-files';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CorrectOptions, correct } from '../src/index.js';

const root = mkdtempSync(join(tmpdir(), 'correct-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (...path: string[]) => join(root, ...path);

const [WIDTH, HEIGHT] = [96, 64];

/** A light of mean 1, brightest right of the middle. */
const LIGHT = (() => {
  const raw = Float32Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => {
    const [u, v] = [(pixel % WIDTH) / WIDTH - 0.6, Math.floor(pixel / WIDTH) / HEIGHT - 0.5];
    return Math.exp(-(u * u + v * v) * 1.5);
  });
  const mean = raw.reduce((a, b) => a + b) / raw.length;
  return raw.map(value => value / mean);
})();

/** Discs, other ones for each number. */
const scene = (number: number) =>
  Float32Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => {
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    let value = 300;
    for (let disc = 0; disc < 9; disc++) {
      const seed = number * 31 + disc * 17;
      if (Math.hypot(x - ((seed * 37) % WIDTH), y - ((seed * 53) % HEIGHT)) < 4 + (seed % 7))
        value = 500 + 50 * disc;
    }
    return value;
  });

const page = (values: Float32Array, type: SampleType): Pixels => {
  const data = zeros(type, values.length) as SampleArray;
  for (let i = 0; i < values.length; i++) data[i] = Math.round(values[i]!);
  return { shape: [values.length / (WIDTH * HEIGHT), HEIGHT, WIDTH], data };
};

const write = async (file: string, pages: Pixels[], layout: Partial<Layout> = {}) => {
  mkdirSync(join(file, '..'), { recursive: true });
  const like = {
    width: WIDTH,
    height: HEIGHT,
    channels: 1,
    type: 'uint16' as const,
    pageCount: pages.length,
    ...layout,
  };
  await writePicture(file, like, pages);
};

const lit = (number: number) => scene(number).map((value, pixel) => value * LIGHT[pixel]!);

const read = (file: string) =>
  withPicture(file, async picture => ({
    type: picture.type,
    planes: await Promise.all(
      picture.pages.map(async (_, index): Promise<number[]> => Array.from((await picture.read(index)).data)),
    ),
  }));

const options = (
  change: Partial<CorrectOptions> & Pick<CorrectOptions, 'pictures' | 'out'>,
): CorrectOptions => ({
  ...{ each: false, normalise: false, float: false, force: false },
  ...change,
});

beforeAll(async () => {
  for (let number = 1; number <= 12; number++)
    await write(at('in', `${number}.tif`), [page(lit(number), 'uint16')]);
  await write(at('given', 'light.tif'), [{ shape: [1, HEIGHT, WIDTH], data: LIGHT }], { type: 'float32' });
});

describe('a folder of pictures under one light', () => {
  let result: Awaited<ReturnType<typeof correct>>;
  beforeAll(async () => {
    result = await correct(options({ pictures: [at('in')], out: at('out') }));
  });

  test('is written as it was, with the light, a picture of it, a report and the result', () => {
    const names = readdirSync(at('in'));
    expect(readdirSync(at('out')).sort()).toEqual(
      [...names, 'light.tif', 'light.png', 'report.html', 'correction.json'].sort(),
    );
    expect(JSON.parse(readFileSync(at('out', 'correction.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(result)),
    );
    expect(readFileSync(at('out', 'report.html'), 'utf8')).toContain('<h2>Before and after</h2>');
  });

  test('is its input over the light, rounded', async () => {
    const light = (await read(at('out', 'light.tif'))).planes[0]!;
    expect(light.reduce((a: number, b: number) => a + b, 0) / light.length).toBeCloseTo(1, 5);
    for (const number of [1, 12]) {
      const [from, to] = [await read(at('in', `${number}.tif`)), await read(at('out', `${number}.tif`))];
      expect(to.type).toBe('uint16');
      const expected = from.planes[0]!.map((value, pixel) => Math.round(value / light[pixel]!));
      expect([...to.planes[0]!]).toEqual([...expected]);
    }
  });

  test('has a light near the true one, and says how near', async () => {
    const light = (await read(at('out', 'light.tif'))).planes[0]!;
    const squares = (values: ArrayLike<number>) =>
      Array.from(values, value => value * value).reduce((a, b) => a + b);
    const error = Math.sqrt(squares(LIGHT.map((value, pixel) => value - light[pixel]!)) / squares(LIGHT));
    const nothing = Math.sqrt(squares(LIGHT.map(value => value - 1)) / squares(LIGHT));
    const [found] = result.series[0]!.found!;
    expect(nothing).toBeGreaterThan(0.15);
    expect(error).toBeLessThan(nothing / 3);
    expect(error).toBeLessThan(3 * found!.doubt);
    expect(found).toMatchObject({ pictures: 12 });
    expect(found!.unevenness.after).toBeLessThan(found!.unevenness.before / 2);
  });

  test('replaces nothing unless told to', async () => {
    await expect(correct(options({ pictures: [at('in')], out: at('out') }))).rejects.toThrow(
      /is there already/,
    );
    await expect(correct(options({ pictures: [at('in')], out: at('in'), force: true }))).rejects.toThrow(
      UserError,
    );
    await correct(options({ pictures: [at('in')], out: at('out'), force: true }));
  });

  test('never replaces what it reads', async () => {
    const light = at('out', 'light.tif');
    const given = { pictures: [at('in', '1.tif')], out: at('out'), light, force: true };
    await expect(correct(options(given))).rejects.toThrow(`${light}: it is one of the inputs`);
    const called = { pictures: [light], out: at('out-called') };
    await expect(correct(options(called))).rejects.toThrow(
      `two files would be written to ${at('out-called', 'light.tif')}`,
    );
  });

  test('waits for no other correction to the same folder', async () => {
    const out = at('out-taken');
    const second = () => correct(options({ pictures: [at('in', '1.tif')], out }));
    await alone(out, 'correction', () => expect(second()).rejects.toThrow('correction is under way there'));
  });

  test('has a light that further pictures are corrected by', async () => {
    const further = at('further', '13.tif');
    await write(further, [page(lit(13), 'uint16')]);
    const given = options({ pictures: [further], out: at('out-further'), light: at('out', 'light.tif') });
    const { series } = await correct(given);
    expect(series[0]!.found).toBeUndefined();
    const light = (await read(at('out', 'light.tif'))).planes[0]!;
    const [from, to] = [await read(further), await read(at('out-further', '13.tif'))];
    expect([...to.planes[0]!]).toEqual([
      ...from.planes[0]!.map((value, pixel) => Math.round(value / light[pixel]!)),
    ]);
  });
});

test('the light that is known is divided out exactly, as floats, less the dark frame', async () => {
  const dark = Float32Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => 100 + (pixel % 3));
  await write(at('given', 'dark.tif'), [page(dark, 'uint16')]);
  const picture = at('offset', 'a.tif');
  const observed = lit(3).map((value, pixel) => value + dark[pixel]!);
  await write(picture, [page(observed, 'uint16')]);
  const given = { light: at('given', 'light.tif'), dark: at('given', 'dark.tif'), float: true };
  await correct(options({ pictures: [picture], out: at('out-known'), ...given }));
  const { type, planes } = await read(at('out-known', 'a.tif'));
  expect(type).toBe('float32');
  // The camera rounded to whole numbers: half of one, over a light of at least 0.5.
  const truth = scene(3);
  for (const [pixel, value] of planes[0]!.entries())
    expect(Math.abs(value - truth[pixel]!)).toBeLessThan(1.001);
});

test('a flat field is a light, too, whatever its brightness', async () => {
  const flat = LIGHT.map(value => 8000 * value + 100);
  await write(at('given', 'flat.tif'), [page(flat, 'uint16')]);
  const given = { flat: at('given', 'flat.tif'), dark: '100', float: true };
  await correct(options({ pictures: [at('in', '2.tif')], out: at('out-flat'), ...given }));
  const light = (await read(at('out-flat', 'light.tif'))).planes[0]!;
  for (const [pixel, value] of light.entries()) expect(value / LIGHT[pixel]!).toBeCloseTo(1, 3);
});

test('pictures of several sizes, colours and stacks: a light for each size and channel', async () => {
  const [red, green, blue] = [lit(1), lit(2), scene(3)];
  await write(
    at('mixed', 'colour.png'),
    [
      page(
        Float32Array.of(...red, ...green, ...blue).map(v => v / 8),
        'uint8',
      ),
    ],
    {
      channels: 3,
      type: 'uint8',
    },
  );
  await write(at('mixed', 'stack.tif'), [page(lit(4), 'uint16'), page(lit(5), 'uint16')]);
  const small = await sharp(
    Buffer.from(
      page(
        lit(6).map(v => v / 8),
        'uint8',
      ).data.buffer,
    ),
    {
      raw: { width: WIDTH, height: HEIGHT, channels: 1 },
    },
  )
    .resize(48, 40)
    .toColourspace('b-w')
    .png()
    .toBuffer();
  writeFileSync(at('mixed', 'small.png'), small);
  const { series } = await correct(options({ pictures: [at('mixed', '*.*')], out: at('out-mixed') }));
  expect(series.map(({ width, channels }) => [width, channels])).toEqual([
    [WIDTH, 3],
    [48, 1],
    [WIDTH, 1],
  ]);
  const stack = await read(at('out-mixed', 'stack.tif'));
  expect(stack.planes).toHaveLength(2);
  expect(series.map(({ light }) => light.replace(at('out-mixed'), '').slice(1))).toEqual([
    'light-96x64x3.tif',
    'light-48x40.tif',
    'light-96x64x1.tif',
  ]);
  const lights = await read(at('out-mixed', 'light-96x64x3.tif'));
  expect(lights.planes).toHaveLength(3);
});

test('brought to one brightness, pictures of other exposures are alike', async () => {
  for (const exposure of [1, 3, 7]) {
    await write(at('exposed', `${exposure}.tif`), [
      page(
        lit(1).map(value => exposure * value),
        'uint16',
      ),
    ]);
  }
  await correct(options({ pictures: [at('exposed')], out: at('out-exposed'), normalise: true }));
  const [one, three, seven] = await Promise.all(
    [1, 3, 7].map(name => read(at('out-exposed', `${name}.tif`))),
  );
  // Rounded before and after: half of a number, over a light of 0.5 and times what it was brought up by.
  for (const [pixel, value] of three!.planes[0]!.entries()) {
    expect(Math.abs(value - seven!.planes[0]![pixel]!)).toBeLessThan(4);
    expect(Math.abs(value - one!.planes[0]![pixel]!)).toBeLessThan(7);
  }
});

test('what shows nothing is said to, and changes nothing for the others', async () => {
  await write(at('silent', 'black.tif'), [page(new Float32Array(WIDTH * HEIGHT), 'uint16')]);
  await write(at('silent', 'seen.tif'), [page(lit(1), 'uint16')]);
  const both = await correct(options({ pictures: [at('silent')], out: at('out-silent') }));
  expect(both.series[0]!.pictures.map(({ withoutSignal }) => withoutSignal)).toEqual([[0], []]);
  const alone = await correct(options({ pictures: [at('silent', 'seen.tif')], out: at('out-alone') }));
  expect(both.series[0]!.found![0]).toEqual(alone.series[0]!.found![0]);
  const black = await correct(options({ pictures: [at('silent', 'black.tif')], out: at('out-black') }));
  expect(black.series[0]!.found).toEqual([null]);
  expect((await read(at('out-black', 'black.tif'))).planes[0]!.every(value => value === 0)).toBe(true);
});

test('saturated and masked pixels have no say in the light', async () => {
  const full = lit(1).map((value, pixel) => ((pixel * 7919) % 97 === 0 ? 4095 : value));
  const mask = full.map(value => (value === 4095 ? 0 : 255));
  await write(at('full', 'full.tif'), [page(full, 'uint16')]);
  await write(at('given', 'mask.png'), [page(mask, 'uint8')], { type: 'uint8' });
  const light = async (out: string, picture: string, change: Partial<CorrectOptions> = {}) => {
    const { series } = await correct(options({ pictures: [picture], out: at(out), ...change }));
    return {
      light: (await read(at(out, 'light.tif'))).planes[0]!,
      saturated: series[0]!.pictures[0]!.saturated,
    };
  };
  const seen = await light('out-full', at('full', 'full.tif'));
  expect(seen.saturated).toBeCloseTo(1 / 97, 3);
  const masked = await light('out-masked', at('in', '1.tif'), { mask: at('given', 'mask.png') });
  expect(masked.saturated).toBe(0);
  expect([...seen.light]).toEqual([...masked.light]);
});

describe('refuses in one line', () => {
  beforeAll(() => {
    symlinkSync('loop', at('loop'));
    spawnSync('mkfifo', [at('pipe')]);
  });
  test.each([
    ['what is not there', { pictures: [at('nowhere')] }, /no such file or folder/],
    ['links that go round in a circle', { pictures: [at('loop')] }, /cannot read .*loop: its links go round/],
    ['a pipe', { pictures: [at('pipe')] }, /pipe: a picture is read several times/],
    ['patterns that match nothing', { pictures: [at('in', '*.jpg')] }, /no pictures match/],
    [
      'a light of another size',
      { pictures: [at('mixed', 'small.png')], light: at('given', 'light.tif') },
      /96×64.*48×40/,
    ],
    [
      'a dark that no pixel is brighter than',
      { pictures: [at('in', '1.tif')], dark: '65535', float: true },
      /--dark 65535: no pixel of .*1\.tif is brighter/,
    ],
    ['a dark frame that is not there', { pictures: [at('in', '1.tif')], dark: at('no.tif') }, /no\.tif/],
  ])('%s', async (_, change, message) => {
    const error = await correct(options({ out: at('out-refused'), ...change })).catch(error => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });
});

test('pictures that all show nothing stay as they are, under an even light', async () => {
  const grey = Float32Array.from({ length: WIDTH * HEIGHT }, () => 70);
  await write(at('grey', 'grey.tif'), [page(grey, 'uint16')]);
  const { series } = await correct(options({ pictures: [at('grey')], out: at('out-grey') }));
  expect(series[0]!.found).toEqual([null]);
  expect((await read(at('out-grey', 'grey.tif'))).planes[0]!.every(value => value === 70)).toBe(true);
  expect((await read(series[0]!.light)).planes[0]!.every(value => value === 1)).toBe(true);
});

test('each picture has a light of its own where that is asked for', async () => {
  const pictures = [at('in', '1.tif'), at('in', '2.tif')];
  const { series } = await correct(options({ pictures, out: at('out-each'), each: true }));
  expect(series.map(({ light }) => light)).toEqual([
    at('out-each', '1-light.tif'),
    at('out-each', '2-light.tif'),
  ]);
  const lights = await Promise.all(series.map(({ light }) => read(light)));
  expect(lights[0]!.planes[0]).not.toEqual(lights[1]!.planes[0]);
});
