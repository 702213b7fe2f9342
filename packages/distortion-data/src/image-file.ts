// Images as files: reading any, writing PNG.

import { readFile } from 'node:fs/promises';
import { type Float32NdArray, float32, UserError } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { contactSheet } from '@blind-demod/picture';
import sharp from 'sharp';
import { levelsOf, resizeImages, WHITE } from './resize.js';

/**
 * Writes one image [1 or 3, height, width] as a PNG of 8 bits; values are clipped to [0, 1].
 *
 * @throws UserError when the file cannot be written.
 */
export async function writePng(file: string, image: Float32NdArray): Promise<void> {
  await writeFileAtomic(file, await contactSheet(float32([1, ...image.shape], image.data), 1));
}

/**
 * Reads an image file of any common format as [channels, size, size] in [0, 1]: turned upright, on black where
 * it is transparent, its central square cut out and resized.
 *
 * @throws UserError when there is no such file or it is not an image.
 */
export async function readImageFile(
  file: string,
  { size, channels }: { size: number; channels: number },
): Promise<Float32NdArray> {
  const content = await readFile(file).catch(error => {
    throw new UserError(
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `${file}: no such file; give the path of an image`
        : `${file}: cannot be read (${error.code})`,
    );
  });
  const { levels, white, info } = await decode(content, channels).catch(error => {
    const reason = String(error.message).split('\n')[0];
    throw new UserError(
      `${file}: not an image that can be read (${reason}); give a PNG, JPEG, WebP, TIFF or GIF`,
    );
  });
  const side = Math.min(info.width, info.height);
  const top = Math.floor((info.height - side) / 2);
  const left = Math.floor((info.width - side) / 2);
  const square = Float32Array.from({ length: channels * side * side }, (_, index) => {
    const channel = Math.floor(index / (side * side));
    const row = top + (Math.floor(index / side) % side);
    const column = left + (index % side);
    return levels[(row * info.width + column) * channels + channel]! / white;
  });
  const resized = await resizeImages(float32([1, channels, side, side], square), size);
  return float32([channels, size, size], resized.data);
}

/** Grey levels or RGB triples as they are in the file, in its 8 or 16 bits: converting between them loses some. */
async function decode(content: Buffer, channels: number) {
  const { depth } = await sharp(content).metadata();
  const deep = depth === 'ushort';
  const space = deep ? { 1: 'grey16', 3: 'rgb16' } : { 1: 'b-w', 3: 'srgb' };
  const { data, info } = await sharp(content, { autoOrient: true })
    .flatten()
    .toColourspace(channels === 1 ? space[1] : space[3])
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { levels: deep ? levelsOf(data) : data, white: deep ? WHITE : 255, info };
}
