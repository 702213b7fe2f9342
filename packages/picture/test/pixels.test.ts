import { float32 } from '@blind-demod/arrays';
import { contactSheet, interleaved } from '@blind-demod/picture';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const colour = float32([3, 1, 2], Float32Array.of(0, 0.2, 0.4, 0.6, 1, 1.5));
const grey = float32([1, 1, 2], Float32Array.of(-1, 0.5));

test('the channels of a pixel stand side by side, clipped and rounded', () => {
  expect(interleaved(colour)).toEqual({
    width: 2,
    height: 1,
    channels: 3,
    data: Uint8ClampedArray.of(0, 102, 255, 51, 153, 255),
  });
  expect([...interleaved(grey).data]).toEqual([0, 128]);
});

test('a grey image in colour has three equal channels, and alpha is opaque', () => {
  expect([...interleaved(grey, 3).data]).toEqual([0, 0, 0, 128, 128, 128]);
  expect([...interleaved(grey, 4).data]).toEqual([0, 0, 0, 255, 128, 128, 128, 255]);
  expect([...interleaved(colour, 4).data]).toEqual([0, 102, 255, 255, 51, 153, 255, 255]);
});

test('a contact sheet has its images in rows, apart by two grey pixels', async () => {
  const images = float32([3, 1, 1, 2], Float32Array.of(0, 1, 0.2, 0.4, 0.6, 0.8));
  const { data, info } = await sharp(await contactSheet(images, 2))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 6, height: 4, channels: 1 });
  const gap = 128;
  expect([...data.subarray(0, 6)]).toEqual([0, 255, gap, gap, 51, 102]);
  expect([...data.subarray(18, 24)]).toEqual([153, 204, gap, gap, gap, gap]);
});
