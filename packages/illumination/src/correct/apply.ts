// Dividing a light out of a picture: page after page, in the numbers of the file.

import {
  type Pixels,
  rangeOf,
  type SampleType,
  withPicture,
  writePicture,
  zeros,
} from '@blind-demod/picture-files';
import type { Light } from '../light.js';
import { type Dark, darkAt } from './frames.js';
import { channelOf, type Input } from './series.js';

export interface Correction {
  /** One for each channel. */
  readonly lights: readonly Light[];
  readonly darks: readonly Dark[];
  /** The type of the numbers to write; the input's own when absent. */
  readonly type?: SampleType;
  /** What a page's channel is multiplied by besides. */
  readonly gain?: (page: number, channel: number) => number;
}

export interface Applied {
  /** Part of the numbers that were too large for the type, and were cut off. */
  readonly clipped: number;
}

/**
 * Writes (picture − dark) / light, rounded to the numbers of its type. Alpha stays as it is.
 *
 * @param inputs files that must not be written over.
 */
export async function applyLight(
  input: Input,
  target: string,
  correction: Correction,
  { inputs, tell }: { inputs: readonly string[]; tell: () => void },
): Promise<Applied> {
  let [clipped, count] = [0, 0];
  await withPicture(input.file, async picture => {
    const type = correction.type ?? input.type;
    async function* pages(): AsyncGenerator<Pixels> {
      for (const index of input.pages.keys()) {
        const corrected = correctPage(await picture.read(index), index, { input, type, correction });
        clipped += corrected.clipped;
        count += corrected.pixels.data.length;
        yield corrected.pixels;
        tell();
      }
    }
    await writePicture(target, picture, pages(), { type, inputs });
  });
  return { clipped: clipped / count };
}

function correctPage(
  { shape, data }: Pixels,
  page: number,
  { input, type, correction }: { input: Input; type: SampleType; correction: Correction },
): { pixels: Pixels; clipped: number } {
  const { channels, alpha } = input;
  const [planes, height, width] = shape;
  const size = height * width;
  const { min, max } = rangeOf(type);
  const isWhole = Number.isFinite(max);
  const corrected = zeros(type, planes * size);
  let clipped = 0;
  for (let colour = 0; colour < channels; colour++) {
    const channel = channelOf(input, input.pages[page]!, colour);
    const light = correction.lights[channel]!.data;
    const dark = correction.darks[channel]!;
    const gain = correction.gain?.(page, channel) ?? 1;
    for (let pixel = 0; pixel < size; pixel++) {
      const at = colour * size + pixel;
      const value = (gain * (data[at]! - darkAt(dark, pixel))) / light[pixel]!;
      if (value > max) clipped++;
      corrected[at] = isWhole ? Math.min(max, Math.max(min, Math.round(value))) : value;
    }
  }
  if (alpha !== undefined) {
    const start = channels * size;
    const [from, to] = [rangeOf(input.type).max, max];
    for (let at = start; at < start + size; at++) {
      // In another type, opaque is its own largest number; of floats it is 1.
      corrected[at] =
        from === to ? data[at]! : (data[at]! / (Number.isFinite(from) ? from : 1)) * (isWhole ? to : 1);
    }
  }
  return { pixels: { shape, data: corrected }, clipped };
}
