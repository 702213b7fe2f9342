// Lights that were measured: flat fields, pictures of an empty field, or lights that were found.

import { join, resolve } from 'node:path';
import { float32, stackRows, UserError } from '@blind-demod/arrays';
import { PICTURE_ENDINGS, picturesIn, withPicture } from '@blind-demod/picture-files';
import { z } from 'zod';
import { pageOf, whiteOf } from '../image-file.js';
import { resizeImages } from '../resize.js';
import { family, sampleCount } from './family.js';

export const measured = family({
  settings: z
    .strictObject({
      source: z.literal('measured').describe('Flat fields of a folder.'),
      folder: z
        .string()
        .min(1)
        .describe(`Folder of the flat fields (${PICTURE_ENDINGS.join(', ')}), relative to this file.`),
      side: z.int().min(4).max(1024).default(64).describe('Pixels of a side, to which all are resized.'),
      count: sampleCount,
    })
    .describe(
      'Grey flat fields of a folder: every page, its whole field brought to a square, the highest value to 1.',
    ),
  sources: async (settings, { root }) => {
    const path = resolve(root, settings.folder);
    return { folder: path, files: await picturesIn(path).catch(() => []) };
  },
  images: async ({ folder, side }, { root }) => {
    const path = resolve(root, folder);
    const lights: Float32Array[] = [];
    for (const name of await picturesIn(path)) lights.push(...(await lightsOf(join(path, name), side)));
    return { pixels: stackRows(lights, [1, side, side]), labels: new Int32Array(lights.length) };
  },
});

/** Each page of a file, [side · side], its highest value 1. @throws UserError when it is dark somewhere */
const lightsOf = (file: string, side: number): Promise<Float32Array[]> =>
  withPicture(file, async picture => {
    const lights: Float32Array[] = [];
    for (const index of picture.pages.keys()) {
      const { white } = await whiteOf(picture, [index]);
      const { page } = await pageOf(picture, index, { channels: 1, white });
      const { data } = await resizeImages(float32([1, ...page.shape], page.data), side);
      if (data.some(value => value <= 0)) {
        throw new UserError(`${file}: page ${index + 1} is black in places, and a light is not`);
      }
      const highest = data.reduce((a, b) => Math.max(a, b));
      lights.push(data.map(value => value / highest));
    }
    return lights;
  });
