// Writing a picture: as another one is, page after page, whole or not at all.

import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { writeFileAtomic } from '@blind-demod/artifacts';
import type { Metadata, TiffTag } from './metadata.js';
import { type Layout, type Picture, type Pixels, planesOf } from './picture.js';
import { encodeRaster, keeps, type RasterFormat } from './raster.js';
import { bytesOf, rangeOf, type SampleType } from './samples.js';
import { isOme } from './tiff/axes.js';
import { MACHINE_IS_LITTLE } from './tiff/pixels.js';
import { TAG } from './tiff/tags.js';
import { shorts, type TiffOptions, tiffBytes } from './tiff/write.js';

const FORMATS: Record<string, RasterFormat | 'tiff'> = {
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/** A new picture, of no other. */
export interface NewPicture extends Layout {
  readonly pageCount: number;
}

/**
 * Writes a file of the format that its name ends in, page after page: the same pages as given, of the type given. Memory is
 * that of one page. Whenever the process stops, the file is there whole or as it was before.
 *
 * @param like the picture that it is made from, whose size, pages and metadata (ImageJ's and OME's description, EXIF,
 *   colour profile, resolution) it keeps; or the layout of a new one.
 * @param options.type the type of the new numbers; else that of `like`. The pages given have to have it.
 * @param options.inputs files that must not be written over; the file of `like` is one.
 * @throws UserError when the file cannot be written, is one of the inputs, or its format does not keep such numbers.
 */
export async function writePicture(
  file: string,
  like: Picture | NewPicture,
  pages: AsyncIterable<Pixels> | Iterable<Pixels>,
  { type = like.type, inputs = [] }: { type?: SampleType; inputs?: readonly string[] } = {},
): Promise<void> {
  const isOpen = 'file' in like;
  const pageCount = isOpen ? like.pages.length : like.pageCount;
  const layout: Layout = { ...layoutOf(like), type };
  const format = writtenFormat(file, layout, pageCount);
  await refuseInputs(file, isOpen ? [like.file, ...inputs] : inputs);
  await writeFileAtomic(
    file,
    format === 'tiff'
      ? tiffBytes(isOpen ? optionsLike(like, layout, file) : plainOptions(layout, pageCount), pages)
      : rasterBytes(format, layout, { pages, metadata: isOpen ? like.metadata : { kind: 'none' } }),
  );
}

const layoutOf = ({ width, height, channels, alpha, type }: Layout): Layout => ({
  ...{ width, height, channels, type },
  ...(alpha && { alpha }),
});

/** The format by the file's name, if it keeps such numbers. */
function writtenFormat(file: string, layout: Layout, pageCount: number): RasterFormat | 'tiff' {
  const format = FORMATS[extname(file).toLowerCase()];
  if (format === undefined) {
    throw new UserError(
      `${file}: its name ends in no format that is written; give it one that ends in .tif, .png, .jpg or .webp`,
    );
  }
  if (format === 'tiff' || (pageCount === 1 && keeps(format, layout))) return format;
  const what =
    pageCount > 1
      ? `${pageCount} pages`
      : `${planesOf(layout)} × ${layout.type}${layout.alpha ? ' with alpha' : ''}`;
  throw new UserError(
    `${file}: a file of this format does not keep ${what}; give it a name that ends in .tif`,
  );
}

/** @throws UserError when the file, by whatever name, is one of those that are read. */
export async function refuseInputs(file: string, inputs: readonly string[]): Promise<void> {
  const identity = (path: string) =>
    stat(path, { bigint: true }).then(
      ({ dev, ino }) => `${dev}/${ino}`,
      () => undefined,
    );
  const own = await identity(file);
  if (own === undefined) return;
  for (const input of inputs) {
    if ((await identity(input)) === own) {
      throw new UserError(
        `${file}: it is one of the inputs (${input}), which are not written over; give another name or folder`,
      );
    }
  }
}

async function* rasterBytes(
  format: RasterFormat,
  layout: Layout,
  { pages, metadata }: { pages: AsyncIterable<Pixels> | Iterable<Pixels>; metadata: Metadata },
): AsyncGenerator<Buffer> {
  for await (const pixels of pages) yield await encodeRaster(format, layout, { pixels, metadata });
}

/** Room for tags, and for what Deflate may add to bytes that do not shrink. */
const MARGIN = 0.95;

/** More than the offsets of a classic TIFF reach. */
function isBig(layout: Layout, pageCount: number): boolean {
  const { width, height, type } = layout;
  return width * height * planesOf(layout) * bytesOf(type) * pageCount > MARGIN * 2 ** 32;
}

const plainOptions = (layout: Layout, pageCount: number): TiffOptions => ({
  ...{ layout, pageCount, big: isBig(layout, pageCount), rgb: layout.channels === 3 },
  ...{ littleEndian: MACHINE_IS_LITTLE, compressed: false, planar: false },
  tags: async () => [],
});

function optionsLike(
  { file: from, metadata, pages, white }: Picture,
  layout: Layout,
  file: string,
): TiffOptions {
  const options = plainOptions(layout, pages.length);
  if (metadata.kind !== 'tiff') return options;
  const { littleEndian, compressed, planar, rgb } = metadata;
  const { type } = layout;
  // The white of a camera of fewer bits than the file has.
  const isTold = type === 'uint16' && white !== undefined && white < rangeOf(type).max;
  const whites = isTold
    ? [shorts(TAG.maxSampleValue, Array(planesOf(layout)).fill(white), littleEndian)]
    : [];
  return {
    ...{ ...options, littleEndian, compressed, planar, rgb },
    tags: async (page: number) =>
      (await metadata.tags(page))
        .filter(({ tag }) => tag !== TAG.colorMap || type === 'uint8')
        .map(tag => (tag.tag === TAG.imageDescription ? described(tag, type, [from, file]) : tag))
        .concat(whites),
  };
}

/** OME's names of the types. */
const OME_TYPES: Partial<Record<SampleType, string>> = { float32: 'float', float64: 'double' };

/** An OME description that tells the new type and the new file's name; every other as it is. */
function described(tag: TiffTag, type: SampleType, [from, to]: [string, string]): TiffTag {
  const text = tag.bytes.toString('utf8');
  if (!isOme(text)) return tag;
  const name = OME_TYPES[type] ?? type;
  const changed = text.replace(/<(\w+:)?Pixels\b[^>]*>/g, element => {
    const typed = element.replace(/(\sType\s*=\s*)(["'])(.*?)\2/, `$1$2${name}$2`);
    return typed === element ? element : typed.replace(/\sSignificantBits\s*=\s*(["']).*?\1/, '');
  });
  const renamed = changed.replaceAll(`FileName="${basename(from)}"`, `FileName="${basename(to)}"`);
  const bytes = Buffer.from(renamed);
  return { ...tag, bytes, count: bytes.length };
}
