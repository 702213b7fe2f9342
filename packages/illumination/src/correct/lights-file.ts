// A light as files: the numbers for programs, a picture to look at.

import { float32 } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import { contactSheet } from '@blind-demod/picture';
import { type Pixels, writePicture } from '@blind-demod/picture-files';
import type { Light } from '../light.js';

/** Pixels of the longer side of the picture to look at. */
const SHOWN = 512;

/** Writes a light as TIFF, 32-bit floats of mean 1, one page for each channel: as Fiji, napari, BaSiCPy and ASHLAR take it. */
export async function writeLight(file: string, lights: readonly Light[]): Promise<void> {
  const { width, height } = lights[0]!;
  const pages = lights.map(({ data }): Pixels => ({ shape: [1, height, width], data }));
  await writePicture(file, { width, height, channels: 1, type: 'float32', pageCount: lights.length }, pages);
}

/** Writes a PNG of a light, all channels side by side, black to white from 0 to its highest value. */
export async function writeLightPreview(file: string, lights: readonly Light[]): Promise<void> {
  const images = lights.map(light => shrink(light.data, light, SHOWN));
  const highest = Math.max(...lights.map(({ data }) => maximum(data)));
  const [{ width, height }] = images as [Shown, ...Shown[]];
  const stacked = float32(
    [images.length, 1, height, width],
    Float32Array.from(images.flatMap(({ data }) => Array.from(data, value => value / highest))),
  );
  await writeFileAtomic(file, await contactSheet(stacked, images.length));
}

export interface Shown {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A plane in fewer pixels, each the mean of a block, the longer side `most` at most. */
export function shrink(
  data: ArrayLike<number>,
  { width, height }: { width: number; height: number },
  most: number,
): Shown {
  const factor = Math.max(1, Math.ceil(Math.max(width, height) / most));
  const [w, h] = [Math.floor(width / factor), Math.floor(height / factor)];
  const small = new Float32Array(w * h);
  for (let y = 0; y < h * factor; y++) {
    for (let x = 0; x < w * factor; x++) {
      small[Math.floor(y / factor) * w + Math.floor(x / factor)]! += data[y * width + x]! / factor ** 2;
    }
  }
  return { width: w, height: h, data: small };
}

export function maximum(data: ArrayLike<number>): number {
  let highest = -Infinity;
  for (let i = 0; i < data.length; i++) if (data[i]! > highest) highest = data[i]!;
  return highest;
}
