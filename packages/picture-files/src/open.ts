// Opening a picture: by what its first bytes are, not by its name.

import type { Format, Picture } from './picture.js';
import { openRaster } from './raster.js';
import { openSource } from './source.js';
import { openTiff } from './tiff/read.js';
import { naming, Unreadable } from './unreadable.js';

/**
 * Opens a TIFF, PNG, JPEG, WebP or GIF. Pages are read one at a time; memory is that of one page (of formats other than
 * TIFF, of the file).
 *
 * @throws UserError when there is no such file, or it is damaged or of a kind that is not read: which, and what to do.
 */
export async function openPicture(file: string): Promise<Picture> {
  const source = await openSource(file);
  try {
    return await naming(file, async () => {
      const format = formatOf(await source.read(0, Math.min(16, source.size)));
      return format === 'tiff' ? await openTiff(file, source) : await openRaster(file, format, source);
    });
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Opens a picture, does something with it, and closes it. */
export async function withPicture<Result>(
  file: string,
  use: (picture: Picture) => Promise<Result>,
): Promise<Result> {
  const picture = await openPicture(file);
  try {
    return await use(picture);
  } finally {
    await picture.close();
  }
}

function formatOf(start: Buffer): Format {
  const text = start.toString('latin1');
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (/^RIFF....WEBP/s.test(text)) return 'webp';
  throw new Unreadable(
    `not an image that can be read (${start.length === 0 ? 'it is empty' : 'its first bytes are those of no format'}); give a PNG, JPEG, WebP, TIFF or GIF`,
  );
}
