// An image of the page: a PNG within it, its pixels shown as squares.
import type { Float32NdArray } from '@blind-demod/arrays';
import sharp from 'sharp';
import { type Html, html } from './html.js';

/**
 * @param image [1 or 3, height, width]; values are clipped to [0, 1].
 * @param alt what it shows.
 */
export async function embeddedImage({ shape, data }: Float32NdArray, alt: string): Promise<Html> {
  const [channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  // From planes to interleaved channels; the array's own conversion clips and rounds.
  const levels = Uint8ClampedArray.from(data, (_, index) => {
    return 255 * data[(index % channels) * plane + Math.floor(index / channels)]!;
  });
  const png = await sharp(levels, { raw: { width, height, channels: channels === 1 ? 1 : 3 } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 9 })
    .toBuffer();
  const source = `data:image/png;base64,${png.toString('base64')}`;
  return html`<img src="${source}" alt="${alt}" width="${width}" height="${height}">`;
}
