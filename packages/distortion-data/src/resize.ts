// Resizing, bilinear, by sharp.
import { type Float32NdArray, float32 } from '@blind-demod/arrays';
import sharp from 'sharp';

/** Images resized at once; more would only wait in memory. */
const CHUNK = 256;
/** The largest 16-bit number. */
export const WHITE = 65535;

/**
 * Resizes square images [count, channels, side, side] in [0, 1] to [count, channels, size, size], bilinearly:
 * pixel centres aligned, edges repeated, no overshoot, and smoothed over the shrunk area when made smaller.
 * Accurate to 1/100,000. `onProgress` is told how many images are done.
 */
export async function resizeImages(
  images: Float32NdArray,
  size: number,
  onProgress: (done: number) => void = () => {},
): Promise<Float32NdArray> {
  const [count = 0, channels = 0, side = 0] = images.shape;
  if (side === size) return images;
  const data = new Float32Array(count * channels * size * size);
  const planes = count * channels;
  for (let start = 0; start < planes; start += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, planes - start) }, async (_, index) => {
      const plane = start + index;
      const pixels = images.data.subarray(plane * side * side, (plane + 1) * side * side);
      data.set(await resizePlane(pixels, side, size), plane * size * size);
    });
    await Promise.all(chunk);
    onProgress(Math.floor((start + chunk.length) / channels));
  }
  return float32([count, channels, size, size], data);
}

async function resizePlane(pixels: Float32Array, side: number, size: number): Promise<Float32Array> {
  const plane = new Float32Array(size * size);
  if (size < side) {
    const levels = await resizeLevels(pixels, side, size);
    for (let pixel = 0; pixel < plane.length; pixel++) plane[pixel] = levels[pixel]! / WHITE;
    return plane;
  }
  // When it enlarges, libvips takes pixel x from x·side/size − ½ instead of (x + ½)·side/size − ½: half a new
  // pixel too far to the top left. At twice the size, every second pixel is exactly the one wanted.
  const levels = await resizeLevels(pixels, side, 2 * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      plane[row * size + column] = levels[(2 * row + 1) * 2 * size + 2 * column + 1]! / WHITE;
    }
  }
  return plane;
}

/**
 * By sharp, as 16-bit grey. It resizes in floats, but returns whole levels, which it cuts off instead of rounding: hence
 * the half. Images of any other kind it would convert on the way.
 */
async function resizeLevels(pixels: Float32Array, side: number, size: number): Promise<Uint16Array> {
  const levels = pixels.map(value => value * WHITE + 0.5);
  const resized = await sharp(levels, { raw: { width: side, height: side, channels: 1 } })
    .resize(size, size, { kernel: 'linear', fit: 'fill' })
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer();
  return levelsOf(resized);
}

/** The 16-bit levels in a buffer that sharp returned. */
export function levelsOf(buffer: Buffer): Uint16Array {
  return new Uint16Array(buffer.buffer, buffer.byteOffset, buffer.length / 2);
}
