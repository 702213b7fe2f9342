import { float32 } from '@blind-demod/arrays';
import { drawFigure } from '@blind-demod/picture/plots';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const filled = (channels: number, value: number) =>
  float32([channels, 16, 16], new Float32Array(channels * 256).fill(value));

test('images stand in rows and columns, enlarged, values clipped to [0, 1]', async () => {
  const rows = [
    { label: 'one', images: [filled(1, 0), filled(1, 0.2)] },
    { label: 'two', images: [filled(1, 1.5), filled(1, -1)] },
  ];
  const { data, info } = await sharp(await drawFigure(rows))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.height).toBe(2 * 128 + 3 * 4);
  const greyAt = (x: number, y: number) => data[info.channels * (y * info.width + x)];
  const [left, right] = [info.width - 200, info.width - 60];
  expect([greyAt(left, 60), greyAt(right, 60), greyAt(left, 200), greyAt(right, 200)]).toEqual([
    0, 51, 255, 0,
  ]);
});

test('colours are kept', async () => {
  const image = filled(3, 0);
  image.data.fill(1, 0, 256);
  const { data, info } = await sharp(await drawFigure([{ label: '', images: [image] }]))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const offset = 3 * (60 * info.width + info.width - 60);
  expect([...data.subarray(offset, offset + 3)]).toEqual([255, 0, 0]);
});

test('the same images give the same bytes', async () => {
  const rows = [{ label: 'label', images: [filled(1, 0.5)] }];
  expect(await drawFigure(rows)).toEqual(await drawFigure(rows));
});
