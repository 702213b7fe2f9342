// The dark level when nobody knows it: that of the darkest places of all pictures.

import { withPicture } from '@blind-demod/picture-files';
import { channelOf, type Series } from './series.js';

/** So many pixels of a page, evenly spread, stand for all. */
const SAMPLE = 65_536;
/** The part of a page's pixels that may be darker by noise or defects. */
const QUANTILE = 0.001;

/**
 * For each channel the least of the pages' low quantiles. It is right where some place of some picture gets no light, and too
 * high elsewhere.
 */
export async function darkLevels(
  { inputs, width, height, channels }: Series,
  tell: () => void,
): Promise<number[]> {
  const levels = Array<number>(channels).fill(Infinity);
  const size = width * height;
  const step = Math.max(1, Math.floor(size / SAMPLE));
  for (const input of inputs) {
    await withPicture(input.file, async picture => {
      for (const [index, page] of input.pages.entries()) {
        const { data } = await picture.read(index);
        for (let colour = 0; colour < input.channels; colour++) {
          const sample = Float64Array.from(
            { length: Math.floor(size / step) },
            (_, i) => data[colour * size + i * step]!,
          ).sort();
          const channel = channelOf(input, page, colour);
          levels[channel] = Math.min(levels[channel]!, sample[Math.floor(QUANTILE * sample.length)]!);
        }
        tell();
      }
    });
  }
  return levels;
}
