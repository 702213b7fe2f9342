import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, randomStream, UserError } from '@blind-demod/arrays';
import { contactSheet } from '@blind-demod/picture';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { readImageFile, writePng } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'picture-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'image.png');

describe('writePng and readImageFile', () => {
  test.each([1, 3])('keep an image of %i channels to half a level of 8 bits', async channels => {
    const image = float32([channels, 16, 16], randomStream(1, channels).uniforms(channels * 256));
    await writePng(file, image);
    const back = await readImageFile(file, { size: 16, channels });
    expect(back.shape).toEqual([channels, 16, 16]);
    const worst = back.data.reduce(
      (worst, value, pixel) => Math.max(worst, Math.abs(value - image.data[pixel]!)),
      0,
    );
    expect(worst).toBeLessThan(0.5 / 255 + 1e-6);
  });

  test('clip values to [0, 1]', async () => {
    await writePng(file, float32([1, 1, 2], Float32Array.of(-0.5, 1.5)));
    expect([...(await sharp(file).toColourspace('b-w').raw().toBuffer())]).toEqual([0, 255]);
  });

  test('say when a file cannot be written', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const image = float32([1, 1, 1], Float32Array.of(0));
    await expect(writePng(join(folder, 'plain/x.png'), image)).rejects.toThrow(UserError);
  });
});

describe('readImageFile', () => {
  test('keeps the 16 bits of a PNG that has them', async () => {
    const levels = Uint16Array.from({ length: 256 }, (_, index) => 257 * index + 3);
    await sharp(levels, { raw: { width: 16, height: 16, channels: 1 } })
      .toColourspace('grey16')
      .toFile(file);
    const { data } = await readImageFile(file, { size: 16, channels: 1 });
    expect(data).toEqual(Float32Array.from(levels, level => Math.min(level, 65535) / 65535));
  });

  test('repeats grey where colour is wanted', async () => {
    await writePng(file, float32([1, 4, 4], randomStream(1).uniforms(16)));
    const { data } = await readImageFile(file, { size: 4, channels: 3 });
    expect(data.subarray(16, 32)).toEqual(data.subarray(0, 16));
    expect(data.subarray(32)).toEqual(data.subarray(0, 16));
  });

  test('turns colour to grey: white stays white, black black, on black where transparent', async () => {
    const rgba = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 255, 0, 255, 0, 0, 255);
    await sharp(rgba, { raw: { width: 2, height: 2, channels: 4 } }).toFile(file);
    const { data } = await readImageFile(file, { size: 2, channels: 1 });
    expect(Array.from(data.subarray(0, 3))).toEqual([1, 0, 0]);
    expect(data[3]).toBeGreaterThan(0.1);
    expect(data[3]).toBeLessThan(0.6);
  });

  test('cuts out the central square of an oblong image', async () => {
    const columns = [0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1];
    await writePng(
      file,
      float32(
        [1, 4, 8],
        Float32Array.from({ length: 32 }, (_, pixel) => columns[pixel % 8]!),
      ),
    );
    const { data } = await readImageFile(file, { size: 4, channels: 1 });
    [0.2, 0.4, 0.6, 0.8].forEach((value, column) => {
      expect(data[column]).toBeCloseTo(value, 5);
    });
  });

  test('says what is wrong with a file', async () => {
    const read = (name: string) => readImageFile(join(folder, name), { size: 16, channels: 1 });
    await expect(read('none.png')).rejects.toThrow(
      new UserError(`${join(folder, 'none.png')}: no such file; give the path of an image`),
    );
    writeFileSync(join(folder, 'text.png'), 'not an image');
    await expect(read('text.png')).rejects.toThrow(
      /^.*text\.png: not an image that can be read \(.*\); give a PNG.*$/,
    );
    writeFileSync(join(folder, 'empty.png'), '');
    await expect(read('empty.png')).rejects.toThrow(UserError);
    const image = await sharp(randomStream(1).permutation(4096).map(Number), {
      raw: { width: 64, height: 64, channels: 1 },
    })
      .png()
      .toBuffer();
    writeFileSync(join(folder, 'cut.png'), image.subarray(0, image.length / 2));
    await expect(read('cut.png')).rejects.toThrow(UserError);
    await expect(read('')).rejects.toThrow('cannot be read (EISDIR)');
  });
});

describe('contactSheet', () => {
  test('lays images out by rows, two grey pixels between them', async () => {
    const images = float32(
      [3, 1, 2, 2],
      Float32Array.from({ length: 12 }, (_, pixel) => Math.floor(pixel / 4) / 2),
    );
    const { data, info } = await sharp(await contactSheet(images, 2))
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([6, 6, 1]);
    const rows = Array.from({ length: 6 }, (_, row) => [...data.subarray(6 * row, 6 * row + 6)]);
    const [grey, half] = [128, 128];
    expect(rows[0]).toEqual([0, 0, grey, grey, half, half]);
    expect(rows[2]).toEqual(Array(6).fill(grey));
    expect(rows[5]).toEqual([255, 255, grey, grey, grey, grey]);
  });

  test('is as wide as its images when they do not fill a row', async () => {
    const { width, height } = await sharp(
      await contactSheet(float32([1, 3, 4, 5], new Float32Array(60)), 10),
    ).metadata();
    expect([width, height]).toEqual([5, 4]);
  });
});
