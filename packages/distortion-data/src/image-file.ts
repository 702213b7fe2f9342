// Images as files: a page of any picture as an image of the size that is wanted; writing PNG.

import { type Float32NdArray, float32, UserError } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { contactSheet } from '@blind-demod/picture';
import {
  cameraWhite,
  type Picture,
  type Pixels,
  rangeOf,
  type SampleArray,
  upright,
  withPicture,
} from '@blind-demod/picture-files';
import { resizeImages } from './resize.js';

/**
 * Writes one image [1 or 3, height, width] as a PNG of 8 bits; values are clipped to [0, 1].
 *
 * @throws UserError when the file cannot be written.
 * @example
 * import { float32, writePng } from 'blind-demod';
 *
 * const ramp = Float32Array.from({ length: 64 ** 2 }, (_, pixel) => (pixel % 64) / 63);
 * await writePng('ramp.png', float32([1, 64, 64], ramp));
 */
export async function writePng(file: string, image: Float32NdArray): Promise<void> {
  await writeFileAtomic(file, await contactSheet(float32([1, ...image.shape], image.data), 1));
}

/** What an image is to be. */
export interface Wanted {
  /** Pixels of a side. */
  readonly size: number;
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
  /** The value of the file that becomes 1; `whiteOf` finds it. */
  readonly white: number;
}

/**
 * Reads an image file of any common format as [channels, size, size]: its first page, black 0 and white 1, turned upright,
 * its central square cut out and resized. What is transparent is black, or white where all that is not transparent is black.
 *
 * @param options `size` is that of the generators, in pixels; `channels` are 1 (grey) or 3 (red, green, blue).
 * @throws UserError when there is no such file or it is not an image.
 * @example
 * import { readImageFile } from 'blind-demod';
 *
 * const photo = await readImageFile('photo.png', { size: 64, channels: 1 });
 * console.log(photo.shape, Math.max(...photo.data) <= 1); // [ 1, 64, 64 ] true
 */
export async function readImageFile(
  file: string,
  { size, channels }: { size: number; channels: number },
): Promise<Float32NdArray> {
  return withPicture(file, async picture => {
    const { white } = await whiteOf(picture, [0]);
    return (await imageOfPage(picture, 0, { size, channels, white })).image;
  });
}

/** An image of a page, and what a person should know of how it was made: a sentence each. */
export interface PageImage {
  readonly image: Float32NdArray;
  readonly notes: readonly string[];
}

/**
 * A page of a picture as `readImageFile` reads it.
 *
 * @param index of the page, from 0.
 * @throws UserError when the page is damaged, or has numbers or colours of which no image can be made.
 */
export async function imageOfPage(
  picture: Picture,
  index: number,
  { size, channels, white }: Wanted,
): Promise<PageImage> {
  const { page, notes } = await pageOf(picture, index, { channels, white });
  const { square, cut } = centralSquare(page);
  const { data } = await resizeImages(float32([1, ...square.shape], square.data), size);
  return { image: float32([channels, size, size], data), notes: [...notes, ...cut] };
}

/**
 * A whole page as [channels, height, width]: black 0 and white 1, turned upright, what is transparent made black or white.
 *
 * @throws UserError like `imageOfPage`
 */
export async function pageOf(
  picture: Picture,
  index: number,
  { channels, white }: Omit<Wanted, 'size'>,
): Promise<{ page: Float32NdArray; notes: readonly string[] }> {
  if (picture.channels !== 1 && picture.channels !== 3) {
    throw new UserError(
      `${picture.file}: ${picture.channels} channels in one page; save those wanted as pages`,
    );
  }
  const stored = upright(await picture.read(index), picture.orientation);
  const [, height, width] = stored.shape;
  const { pixels, notes } = opaque(stored, picture, white);
  if (pixels.some(value => !Number.isFinite(value))) {
    throw new UserError(`${picture.file}: some of its pixels are not numbers (NaN or infinite)`);
  }
  const colours = withChannels(pixels, picture.channels, channels);
  return { page: float32([channels, height, width], colours), notes: [...picture.notes, ...notes] };
}

/** Numbers of 16 bits that would fit into less are dark, not of a camera. */
const LEAST_CAMERA_WHITE = 1023;

/**
 * The value of white, one for these pages, and how it is known, where a person would wonder: what the file says; of 16 bits
 * that a camera of fewer filled, the camera's; of floats up to 1, 1; of other numbers the brightest.
 *
 * @param indices of the pages that are looked at, from 0.
 */
export async function whiteOf(
  picture: Picture,
  indices: readonly number[],
): Promise<{ white: number; notes: readonly string[] }> {
  if (picture.white !== undefined && picture.type !== 'uint16') return { white: picture.white, notes: [] };
  let brightest = -Infinity;
  for (const index of indices) {
    const { data } = await picture.read(index);
    brightest = Math.max(
      brightest,
      largest(data.subarray(0, picture.channels * picture.width * picture.height)),
    );
  }
  if (picture.white !== undefined) {
    const camera = Math.max(cameraWhite(brightest), LEAST_CAMERA_WHITE);
    if (camera >= picture.white) return { white: picture.white, notes: [] };
    const bits = Math.log2(camera + 1);
    return {
      white: camera,
      notes: [
        `White is taken as ${camera}, of a camera of ${bits} bits: its brightest value is ${brightest}.`,
      ],
    };
  }
  if (brightest <= 0) return { white: 1, notes: [] };
  if (picture.type.startsWith('float') && brightest <= 1)
    return { white: 1, notes: ['White is taken as 1: its numbers are floats up to 1.'] };
  const rounded = Number(brightest.toPrecision(6));
  return {
    white: brightest,
    notes: [`White is taken as ${rounded}, its brightest value: of ${picture.type} the file tells no white.`],
  };
}

/** The largest of the numbers that are numbers. */
function largest(values: SampleArray): number {
  let most = -Infinity;
  for (let at = 0; at < values.length; at++)
    if (values[at]! > most && values[at]! < Infinity) most = values[at]!;
  return most;
}

/** The colours of a page with white 1, on black or white where it is transparent. */
function opaque({ shape, data }: Pixels, picture: Picture, white: number) {
  const [, height, width] = shape;
  const size = height * width;
  const pixels = Float32Array.from(data.subarray(0, picture.channels * size), value => value / white);
  if (picture.alpha === undefined) return { pixels, notes: [] };
  const full = picture.type.startsWith('float') ? 1 : rangeOf(picture.type).max;
  const alpha = Float32Array.from(data.subarray(picture.channels * size), value => value / full);
  const clear = alpha.filter(value => value < 1).length;
  if (clear === 0) return { pixels, notes: [] };
  if (picture.alpha === 'straight') {
    for (let at = 0; at < pixels.length; at++) pixels[at]! *= alpha[at % size]!;
  }
  // Black ink on transparent paper would be nothing on black.
  const background = pixels.every(value => value === 0) && clear < size ? 1 : 0;
  for (let at = 0; at < pixels.length; at++) pixels[at]! += background * (1 - alpha[at % size]!);
  const percent = Math.max(1, Math.round((100 * clear) / size));
  const taken =
    background === 1 ? 'which is taken for white, because all else is black' : 'which is taken for black';
  return { pixels, notes: [`${percent} % of it is transparent, ${taken}.`] };
}

/** The largest square in the middle; what was cut off, as a note. */
function centralSquare(page: Float32NdArray): { square: Float32NdArray; cut: string[] } {
  const [, height = 0, width = 0] = page.shape;
  if (width === height) return { square: page, cut: [] };
  const side = Math.min(width, height);
  const square = cutOut(page, { side, top: (height - side) >> 1, left: (width - side) >> 1 });
  return { square, cut: [`Of its ${width}×${height} pixels the central ${side}×${side} are used.`] };
}

/** A square of an image [channels, height, width]. */
export function cutOut(
  { shape: [channels = 0, height = 0, width = 0], data }: Float32NdArray,
  { side, top, left }: { side: number; top: number; left: number },
): Float32NdArray {
  const square = new Float32Array(channels * side * side);
  for (let row = 0; row < channels * side; row++) {
    const start = (Math.floor(row / side) * height + top + (row % side)) * width + left;
    square.set(data.subarray(start, start + side), row * side);
  }
  return float32([channels, side, side], square);
}

/** Weights of red, green and blue in grey: ITU-R BT.709. */
const GREY = [0.2126, 0.7152, 0.0722] as const;

/** Grey repeated as colours, or colours as grey. */
function withChannels(pixels: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return pixels;
  const size = pixels.length / from;
  const grey = (at: number) =>
    GREY[0] * pixels[at]! + GREY[1] * pixels[size + at]! + GREY[2] * pixels[2 * size + at]!;
  return Float32Array.from({ length: to * size }, (_, at) => (from === 1 ? pixels[at % size]! : grey(at)));
}
