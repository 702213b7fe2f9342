// Images side by side, as PNG.
import { type Float32NdArray, imageAt } from '@blind-demod/arrays';
import { blank, interleaved, paste, toSharp } from './pixels.js';

/** Pixels between the images of a contact sheet, and their grey level. */
const GAP = 2;
const GAP_GREY = 128;

/**
 * A PNG of images [count, 1 or 3, height, width] side by side, `columns` to a row; values are clipped to [0, 1]. Each
 * pixel is drawn as a square of `enlarged` × `enlarged`.
 */
export async function contactSheet(
  images: Float32NdArray,
  columns: number,
  enlarged = 1,
): Promise<Uint8Array> {
  const [count = 0, channels = 0, height = 0, width = 0] = images.shape;
  const rows = Math.ceil(count / columns);
  const size = {
    width: Math.min(columns, count) * (width + GAP) - GAP,
    height: rows * (height + GAP) - GAP,
  };
  const sheet = blank({ ...size, channels: channels === 1 ? 1 : 3 }, GAP_GREY);
  for (let index = 0; index < count; index++) {
    const top = Math.floor(index / columns) * (height + GAP);
    const left = (index % columns) * (width + GAP);
    paste(interleaved(imageAt(images, index)), sheet, left, top);
  }
  return toSharp(sheet)
    .resize(enlarged * size.width, enlarged * size.height, { kernel: 'nearest' })
    .png()
    .toBuffer();
}
