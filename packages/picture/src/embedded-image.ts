// An image of the page: a PNG within it.
import type { Float32NdArray } from '@blind-demod/arrays';
import { type Html, html } from './html.js';
import { interleaved, toSharp } from './pixels.js';

/**
 * An `<img>` that holds the image itself.
 *
 * @param image [1 or 3, height, width]; values are clipped to [0, 1].
 * @param alt what it shows, for those who cannot see it.
 */
export async function embeddedImage(image: Float32NdArray, alt: string): Promise<Html> {
  const pixels = interleaved(image);
  const png = await toSharp(pixels).png({ compressionLevel: 9 }).toBuffer();
  const source = `data:image/png;base64,${png.toString('base64')}`;
  return html`<img src="${source}" alt="${alt}" width="${pixels.width}" height="${pixels.height}">`;
}
