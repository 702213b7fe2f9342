// Resizing, bilinear, by sharp.
import { type Float32NdArray, float32 } from '@blind-demod/arrays';
import sharp from 'sharp';

/** Images resized at once; more would only wait in memory. */
const CHUNK = 256;
/** The largest 16-bit number. */
export const WHITE = 65535;

/**
 * Resizes images [count, channels, height, width] in [0, 1] to [count, channels, size, size], bilinearly:
 * pixel centres aligned, edges repeated, no overshoot, and smoothed over the shrunk area when made smaller.
 * Accurate to 1/100,000. `onProgress` is told how many images are done.
 */
export async function resizeImages(
  images: Float32NdArray,
  size: number,
  onProgress: (done: number) => void = () => {},
): Promise<Float32NdArray> {
  const [count = 0, channels = 0, height = 0, width = 0] = images.shape;
  if (height === size && width === size) return images;
  const data = new Float32Array(count * channels * size * size);
  const planes = count * channels;
  for (let start = 0; start < planes; start += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, planes - start) }, async (_, index) => {
      const plane = start + index;
      const pixels = images.data.subarray(plane * height * width, (plane + 1) * height * width);
      data.set(await resizePlane(pixels, { width, height }, size), plane * size * size);
    });
    await Promise.all(chunk);
    onProgress(Math.floor((start + chunk.length) / channels));
  }
  return float32([count, channels, size, size], data);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

async function resizePlane(pixels: Float32Array, from: Size, size: number): Promise<Float32Array> {
  // When it enlarges, libvips takes pixel x from x·side/size − ½ instead of (x + ½)·side/size − ½: half a new
  // pixel too far to the top left. At twice the size, every second pixel is exactly the one wanted.
  const [across, down] = [size < from.width ? 1 : 2, size < from.height ? 1 : 2];
  const levels = await resizeLevels(pixels, from, { width: across * size, height: down * size });
  const plane = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const start = (down * row + down - 1) * across * size + across - 1;
    for (let column = 0; column < size; column++) {
      plane[row * size + column] = levels[start + across * column]! / WHITE;
    }
  }
  return plane;
}

/**
 * By sharp, as 16-bit grey. It resizes in floats, but returns whole levels, which it cuts off instead of rounding: hence
 * the half. Images of any other kind it would convert on the way.
 */
async function resizeLevels(pixels: Float32Array, from: Size, to: Size): Promise<Uint16Array> {
  const levels = pixels.map(value => value * WHITE + 0.5);
  const resized = await sharp(levels, { raw: { ...from, channels: 1 } })
    .resize(to.width, to.height, { kernel: 'linear', fit: 'fill' })
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer();
  return levelsOf(resized);
}

/** The 16-bit levels in a buffer that sharp returned. */
export function levelsOf(buffer: Buffer): Uint16Array {
  return new Uint16Array(buffer.buffer, buffer.byteOffset, buffer.length / 2);
}
