// The first look at all pictures of a series: each is read once, and what is kept of it is small.

import { cameraWhite, type Pixels, rangeOf, withPicture } from '@blind-demod/picture-files';
import { type Reduced, reduce } from '../reduce.js';
import type { Dark } from './frames.js';
import { channelOf, type Input, type Series } from './series.js';

/** Of a picture's pixels, the largest part that is left out as saturated; if more are, they are what is shown. */
const MOST_SATURATED = 0.25;

/** One colour of one page. */
export interface Seen {
  readonly file: string;
  readonly page: number;
  readonly channel: number;
  /** Undefined when it shows nothing. */
  readonly reduced: Reduced | undefined;
  /** The brightest of its numbers, as they are stored. */
  readonly brightest: number;
  /** Part of the pixels that are as bright as can be. */
  readonly saturated: number;
}

/** @param tell called after each page */
export async function survey(
  { inputs, width, height }: Series,
  {
    darks,
    leftOut,
    tell,
  }: { darks: readonly Dark[]; leftOut?: (pixel: number) => boolean; tell: () => void },
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const input of inputs) {
    await withPicture(input.file, async picture => {
      for (const [index, page] of input.pages.entries()) {
        const pixels = await picture.read(index);
        const isClear = transparency(input, pixels);
        for (let colour = 0; colour < input.channels; colour++) {
          const data = pixels.data.subarray(colour * width * height, (colour + 1) * width * height);
          const channel = channelOf(input, page, colour);
          const top = saturation(input, data);
          const isLeftOut = (pixel: number) =>
            leftOut?.(pixel) === true || isClear(pixel) || (top.left && data[pixel]! >= top.level);
          const reduced = reduce({ width, height, data }, { dark: darks[channel]!, leftOut: isLeftOut });
          seen.push({
            ...{ file: input.file, page: index, channel, reduced },
            ...{ brightest: top.level, saturated: top.share },
          });
        }
        tell();
      }
    });
  }
  return seen;
}

/** Whether a pixel is wholly transparent: then its colours are none. */
function transparency(
  { alpha, channels, width, height }: Input,
  { data }: Pixels,
): (pixel: number) => boolean {
  if (alpha === undefined) return () => false;
  const start = channels * width * height;
  return pixel => data[start + pixel] === 0;
}

/** The level of saturated pixels, how many there are, and whether they are to be left out. */
function saturation(
  { type, white }: Input,
  data: ArrayLike<number>,
): { level: number; share: number; left: boolean } {
  let highest = -Infinity;
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value > highest) {
      highest = value;
      count = 1;
    } else if (value === highest) count++;
  }
  // A camera of 12 bits in a file of 16 is full at 4095.
  const isFull =
    Number.isFinite(rangeOf(type).max) &&
    (highest === white || highest === cameraWhite(highest)) &&
    count > 1;
  const share = isFull ? count / data.length : 0;
  return { level: highest, share, left: share > 0 && share <= MOST_SATURATED };
}
