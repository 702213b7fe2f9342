// Images as pixels: the channels of a pixel side by side, as sharp, browsers and files of images have them.
import type { Float32NdArray } from '@blind-demod/arrays';
import sharp, { type Sharp } from 'sharp';

/** Grey; red, green, blue; or those and alpha. */
type Channels = 1 | 3 | 4;

/** Row after row of pixels, each as many levels from 0 to 255 as there are channels. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
  readonly data: Uint8ClampedArray;
}

/**
 * The pixels of an image [1 or 3, height, width]; values are clipped to [0, 1] and rounded to levels.
 *
 * @param channels of the pixels: the image's own unless given. A grey image in colour has three equal channels; alpha
 *   is opaque.
 */
export function interleaved({ shape, data }: Float32NdArray, channels?: Channels): Pixels {
  const [planes = 1, height = 1, width = 1] = shape;
  const wanted = channels ?? (planes === 1 ? 1 : 3);
  const pixels = blank({ width, height, channels: wanted }, 255);
  const size = height * width;
  for (let pixel = 0; pixel < size; pixel++) {
    for (let channel = 0; channel < Math.min(wanted, 3); channel++) {
      // The array's own conversion clips and rounds.
      pixels.data[wanted * pixel + channel] = 255 * data[Math.min(channel, planes - 1) * size + pixel]!;
    }
  }
  return pixels;
}

/** Pixels of one level. */
export function blank(shape: Omit<Pixels, 'data'>, level: number): Pixels {
  return { ...shape, data: new Uint8ClampedArray(shape.width * shape.height * shape.channels).fill(level) };
}

/** Every pixel as a square of `factor` × `factor`. */
export function enlarged({ width, height, channels, data }: Pixels, factor: number): Pixels {
  const large = blank({ width: factor * width, height: factor * height, channels }, 0);
  for (let y = 0; y < large.height; y++) {
    for (let x = 0; x < large.width; x++) {
      const from = channels * (Math.floor(y / factor) * width + Math.floor(x / factor));
      large.data.set(data.subarray(from, from + channels), channels * (y * large.width + x));
    }
  }
  return large;
}

/** Copies an image into a larger one of as many channels, its upper left corner to (left, top). */
export function paste(image: Pixels, onto: Pixels, left: number, top: number): void {
  const line = image.width * image.channels;
  for (let row = 0; row < image.height; row++) {
    const from = image.data.subarray(row * line, (row + 1) * line);
    onto.data.set(from, ((top + row) * onto.width + left) * onto.channels);
  }
}

/** For sharp to write, enlarge or draw on. A grey image stays grey. */
export function toSharp({ width, height, channels, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } }).toColourspace(channels === 1 ? 'b-w' : 'srgb');
}
