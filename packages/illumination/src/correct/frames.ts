// Frames that people have beside their pictures: a dark frame, a flat field, a mask, a light.

import { UserError } from '@blind-demod/arrays';
import { type Pixels, withPicture } from '@blind-demod/picture-files';
import { type Light, ofMeanOne } from '../light.js';
import { darkLevels } from './dark-level.js';
import type { FrameOptions } from './options.js';
import type { Series } from './series.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The planes of a file, page after page: one for each channel. @throws UserError when its size is another */
async function planesOf(file: string, { width, height }: Size, what: string): Promise<ArrayLike<number>[]> {
  return withPicture(file, async picture => {
    if (picture.width !== width || picture.height !== height) {
      throw new UserError(
        `${file}: the ${what} is ${picture.width}×${picture.height}, the pictures are ${width}×${height}; give one of their size`,
      );
    }
    const pages: Pixels[] = [];
    for (const index of picture.pages.keys()) pages.push(await picture.read(index));
    return pages.flatMap(({ data }) =>
      Array.from({ length: picture.channels }, (_, plane) =>
        data.subarray(plane * width * height, (plane + 1) * width * height),
      ),
    );
  });
}

/** For each of `channels` channels one of the planes: its own, or the only one there is. */
function forChannels<T>(planes: readonly T[], channels: number, file: string): T[] {
  if (planes.length !== 1 && planes.length !== channels) {
    throw new UserError(
      `${file}: it has ${planes.length} pages or colours, the pictures have ${channels} channels; give one, or one for each`,
    );
  }
  return Array.from({ length: channels }, (_, channel) => planes[channel % planes.length]!);
}

/** A light as it is in a file. @throws UserError when it is of another size, or has a number that is not positive. */
export async function readLight(file: string, size: Size, channels: number): Promise<Light[]> {
  const planes = await planesOf(file, size, 'light');
  for (const plane of planes) {
    for (let i = 0; i < plane.length; i++) {
      if (!(plane[i]! > 0 && plane[i]! < Infinity)) {
        throw new UserError(
          `${file}: a light is positive everywhere, and here is ${plane[i]}; give a light of mean 1`,
        );
      }
    }
  }
  return forChannels(planes, channels, file).map(data => ({ ...size, data: Float32Array.from(data) }));
}

/** The light of a flat field: an even field as the camera saw it, less the dark, of mean 1. */
export async function readFlat(
  file: string,
  size: Size,
  channels: number,
  darks: readonly Dark[],
): Promise<Light[]> {
  const planes = forChannels(await planesOf(file, size, 'flat field'), channels, file);
  return planes.map((plane, channel) => {
    const data = Float32Array.from(plane, (value, pixel) => value - darkAt(darks[channel]!, pixel));
    if (data.some(value => !(value > 0))) {
      throw new UserError(
        `${file}: in places it is no brighter than the dark; give a flat field with light everywhere`,
      );
    }
    return ofMeanOne({ ...size, data });
  });
}

/** What a channel tells without light: the same everywhere, or pixel by pixel. */
export type Dark = number | ArrayLike<number>;

export const darkAt = (dark: Dark, pixel: number): number => (typeof dark === 'number' ? dark : dark[pixel]!);

/** The least that a channel tells without light. */
export function leastOf(dark: Dark): number {
  if (typeof dark === 'number') return dark;
  let least = Number.POSITIVE_INFINITY;
  for (let pixel = 0; pixel < dark.length; pixel++) least = Math.min(least, dark[pixel]!);
  return least;
}

/** The dark of each channel of a series, 0 where none is given, and whether a pixel is to be left out, where there is a mask. */
export async function framesOf(
  series: Series,
  { dark = '0', mask }: FrameOptions,
  tell: () => void,
): Promise<{ darks: readonly Dark[]; leftOut?: (pixel: number) => boolean }> {
  const darks =
    dark === 'auto' ? await darkLevels(series, tell) : await readDark(dark, series, series.channels);
  return mask === undefined ? { darks } : { darks, leftOut: await readMask(mask, series) };
}

/** `--dark` as a number or the file of a frame. */
async function readDark(given: string, size: Size, channels: number): Promise<Dark[]> {
  const number = Number(given);
  if (given.trim() !== '' && Number.isFinite(number)) return Array<Dark>(channels).fill(number);
  return forChannels(await planesOf(given, size, 'dark frame'), channels, given);
}

/** Whether a pixel is to be left out: where the mask is zero. */
async function readMask(file: string, size: Size): Promise<(pixel: number) => boolean> {
  const [plane] = await planesOf(file, size, 'mask');
  return pixel => plane![pixel] === 0;
}
