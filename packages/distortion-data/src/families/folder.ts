// Pictures of a folder, of any format, depth and size: each page whole, or random windows of it.

import { join, resolve } from 'node:path';
import { type Float32NdArray, float32, type RandomStream, randomStream } from '@blind-demod/arrays';
import { PICTURE_ENDINGS, picturesIn, upright, withPicture } from '@blind-demod/picture-files';
import { z } from 'zod';
import { cutOut, pageOf, whiteOf } from '../image-file.js';
import { resizeImages } from '../resize.js';
import { type FamilyImages, family, sampleCount } from './family.js';

export const folder = family({
  settings: z
    .strictObject({
      source: z.literal('folder').describe('Pictures of a folder, of any format, depth and size.'),
      folder: z
        .string()
        .min(1)
        .describe(`Folder of the pictures (${PICTURE_ENDINGS.join(', ')}), relative to this file.`),
      windows: z
        .int()
        .min(1)
        .max(1000)
        .optional()
        .describe(
          'How many random square windows of each page are images, in any of the 8 orientations; when absent, the central square of each page is one.',
        ),
      smallest: z
        .number()
        .gt(0)
        .max(1)
        .default(0.4)
        .describe("The least side of a window, as a part of the page's shorter side."),
      side: z.int().min(4).max(1024).default(64).describe('Pixels of a side, to which all are resized.'),
      count: sampleCount,
    })
    .describe(
      'Grey images of the pictures of a folder: every page; white is one for all of them, by what their files say or their brightest value.',
    ),
  sources: async (settings, { root }) => {
    const path = resolve(root, settings.folder);
    return { folder: path, files: await picturesIn(path).catch(() => []) };
  },
  images: (settings, { root, seed }) => folderImages(resolve(root, settings.folder), settings, seed),
});

interface Windows {
  readonly windows?: number | undefined;
  readonly smallest: number;
  readonly side: number;
}

/** @throws UserError when there is no picture, or one cannot be read. */
async function folderImages(path: string, settings: Windows, seed: number): Promise<FamilyImages> {
  const files = (await picturesIn(path)).map(name => join(path, name));
  let white = 0;
  for (const file of files) {
    white = Math.max(
      white,
      await withPicture(file, async picture => (await whiteOf(picture, [...picture.pages.keys()])).white),
    );
  }
  const squares: Float32Array[] = [];
  for (const [number, file] of files.entries()) {
    await withPicture(file, async picture => {
      for (const index of picture.pages.keys()) {
        const { page } = await pageOf(picture, index, { channels: 1, white });
        const random = randomStream(seed, 'window', number, index);
        for (const window of windowsOf(page, settings, random)) {
          const square = float32([1, ...window.shape], window.data);
          squares.push((await resizeImages(square, settings.side)).data);
        }
      }
    });
  }
  const pixels = new Float32Array(squares.length * settings.side ** 2);
  squares.forEach((square, index) => {
    pixels.set(square, index * square.length);
  });
  return {
    pixels: float32([squares.length, 1, settings.side, settings.side], pixels),
    labels: new Int32Array(squares.length),
  };
}

/** The central square of a page, or random ones, in random orientations. */
function windowsOf(
  page: Float32NdArray,
  { windows, smallest }: Windows,
  random: RandomStream,
): Float32NdArray[] {
  const [, height = 0, width = 0] = page.shape;
  const shorter = Math.min(width, height);
  if (windows === undefined) {
    return [cutOut(page, { side: shorter, top: (height - shorter) >> 1, left: (width - shorter) >> 1 })];
  }
  return Array.from({ length: windows }, () => {
    const side = Math.max(1, Math.round(shorter * (smallest + (1 - smallest) * random.uniform())));
    const top = random.integer(height - side + 1);
    const left = random.integer(width - side + 1);
    const { data } = cutOut(page, { side, top, left });
    const turned = upright({ shape: [1, side, side], data }, 1 + random.integer(ORIENTATIONS));
    return float32([1, side, side], turned.data as Float32Array);
  });
}

/** A square can lie in so many ways. */
const ORIENTATIONS = 8;
