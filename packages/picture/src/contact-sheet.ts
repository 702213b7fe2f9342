// Images side by side, as PNG.
import type { Float32NdArray } from '@blind-demod/arrays';
import sharp from 'sharp';

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
  const sheetWidth = Math.min(columns, count) * (width + GAP) - GAP;
  const sheetHeight = rows * (height + GAP) - GAP;
  const sheet = new Uint8Array(sheetWidth * sheetHeight * channels).fill(GAP_GREY);
  for (let image = 0; image < count; image++) {
    const top = Math.floor(image / columns) * (height + GAP);
    const left = (image % columns) * (width + GAP);
    // Planes to interleaved channels.
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const value = images.data[((image * channels + channel) * height + row) * width + column]!;
          const pixel = (top + row) * sheetWidth + left + column;
          sheet[pixel * channels + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
        }
      }
    }
  }
  return sharp(sheet, { raw: { width: sheetWidth, height: sheetHeight, channels: channels === 1 ? 1 : 3 } })
    .resize(enlarged * sheetWidth, enlarged * sheetHeight, { kernel: 'nearest' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
