// PNG, JPEG, WebP and GIF, read and written by sharp, which is exact where it is asked for no conversion.

import { systemReason } from '@blind-demod/artifacts';
import sharp, { type Sharp, type Metadata as SharpMetadata } from 'sharp';
import type { Metadata } from './metadata.js';
import { isAnimatedPng, jpegParts, pngParts, withJpegParts, withPngParts } from './parts.js';
import { type Format, type Layout, type Picture, type Pixels, planesOf } from './picture.js';
import { rangeOf, type SampleArray, type SampleType, samplesOf, zeros } from './samples.js';
import type { Source } from './source.js';
import { damaged, naming, Unreadable } from './unreadable.js';

/** Formats that are written, besides TIFF: an animation is not. */
export type RasterFormat = Exclude<Format, 'tiff' | 'gif'>;

/** @throws Unreadable when it is damaged, or of a kind that is not read. */
export async function openRaster(
  file: string,
  format: Exclude<Format, 'tiff'>,
  source: Source,
): Promise<Picture> {
  const content = await source.read(0, source.size);
  const about = await sharp(content)
    .metadata()
    .catch(error => {
      throw undecodable(error);
    });
  if (about.space === 'cmyk') {
    throw new Unreadable('colours as CMYK, which are not read; save it as grey or RGB');
  }
  if (format === 'png' && isAnimatedPng(content)) {
    throw new Unreadable('an animated PNG, which is not read; save its pictures as files of their own');
  }
  const { width, height, channels: planes, hasAlpha, pages = 1, orientation = 1 } = about;
  const type: SampleType = about.depth === 'ushort' ? 'uint16' : 'uint8';
  const layout: Layout = {
    ...{ width, height, type },
    channels: planes - (hasAlpha ? 1 : 0),
    ...(hasAlpha && { alpha: 'straight' }),
  };
  return {
    ...layout,
    ...{ file, format, orientation },
    pages: Array.from({ length: pages }, (_, frame) => ({ channel: 0, slice: 0, frame })),
    white: rangeOf(type).max,
    animated: pages > 1,
    notes: [],
    metadata: metadataOf(format, content),
    read: index =>
      naming(file, async () => {
        if (index < 0 || index >= pages) {
          throw new TypeError(`expected a page from 0 to ${pages - 1}, got ${index}`);
        }
        return decode(content, layout, { page: index, about });
      }),
    close: source.close,
  };
}

function metadataOf(format: Format, content: Buffer): Metadata {
  if (format === 'png') return { kind: 'png', parts: pngParts(content) };
  if (format === 'jpeg') return { kind: 'jpeg', parts: jpegParts(content) };
  return { kind: 'none' };
}

/** Why sharp did not read a file: what the system says is no fault of the file. */
export const undecodable = (error: Error): Error => {
  if (systemReason(error) !== undefined) return error;
  const reason = error.message.split('\n')[0]!.replace(/[\s:]+$/, '');
  return /pixel limit/.test(reason)
    ? new Unreadable('it claims more pixels than can be read at once; cut it up')
    : damaged(reason);
};

async function decode(
  content: Buffer,
  layout: Layout,
  { page, about }: { page: number; about: SharpMetadata },
): Promise<Pixels> {
  // Without the profile's conversion: the numbers themselves are wanted.
  const image =
    about.pages === undefined
      ? sharp(content, { ignoreIcc: true })
      : sharp(content, { ignoreIcc: true, page });
  // Of 8 bits of grey with alpha sharp gives the grey alone, unless they are made red, green, blue and alpha.
  const isGreyWithAlpha = layout.type === 'uint8' && layout.channels === 1 && layout.alpha !== undefined;
  const { data, info } = await image
    .toColourspace(isGreyWithAlpha ? 'srgb' : colourspace(layout))
    .raw({ depth: layout.type === 'uint16' ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(error => {
      throw undecodable(error);
    });
  const { width, height, type } = layout;
  const planes = planesOf(layout);
  const interleaved = samplesOf(type, data);
  if (info.width !== width || info.height !== height) throw damaged('its pictures differ in size');
  const taken = isGreyWithAlpha ? [0, 3] : [...Array(planes).keys()];
  return { shape: [planes, height, width], data: separate(interleaved, { taken, of: info.channels, type }) };
}

const colourspace = ({ channels, type }: Layout): string =>
  channels === 1 ? (type === 'uint16' ? 'grey16' : 'b-w') : type === 'uint16' ? 'rgb16' : 'srgb';

/** The planes `taken`, one after the other, of pixels of so many numbers. */
function separate(
  interleaved: SampleArray,
  { taken, of, type }: { taken: readonly number[]; of: number; type: SampleType },
): SampleArray {
  if (of === 1) return interleaved;
  const size = interleaved.length / of;
  const out = zeros(type, size * taken.length);
  taken.forEach((sample, plane) => {
    for (let pixel = 0; pixel < size; pixel++) out[plane * size + pixel] = interleaved[pixel * of + sample]!;
  });
  return out;
}

/** A pixel's numbers together, as most files have them. */
export function interleave({ shape: [planes], data }: Pixels, type: SampleType): SampleArray {
  if (planes === 1) return data;
  const out = zeros(type, data.length);
  const size = data.length / planes;
  for (let plane = 0; plane < planes; plane++) {
    for (let pixel = 0; pixel < size; pixel++) out[pixel * planes + plane] = data[plane * size + pixel]!;
  }
  return out;
}

/** Of 100: a JPEG loses something each time. */
const JPEG_QUALITY = 95;

/** The bytes of a file of one page. */
export async function encodeRaster(
  format: RasterFormat,
  layout: Layout,
  { pixels, metadata }: { pixels: Pixels; metadata: Metadata },
): Promise<Buffer> {
  const { width, height, type } = layout;
  const channels = planesOf(layout) as 1 | 2 | 3 | 4;
  const samples = interleave(pixels, type) as Uint8Array | Uint16Array;
  const image = sharp(samples, { raw: { width, height, channels } }).toColourspace(colourspace(layout));
  const bytes = await encoders[format](image);
  if (format === 'png' && metadata.kind === 'png') return withPngParts(bytes, metadata.parts);
  if (format === 'jpeg' && metadata.kind === 'jpeg') return withJpegParts(bytes, metadata.parts);
  return bytes;
}

const encoders: Record<RasterFormat, (image: Sharp) => Promise<Buffer>> = {
  png: image => image.png().toBuffer(),
  jpeg: image => image.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer(),
  webp: image => image.webp({ lossless: true }).toBuffer(),
};

/** What a format keeps, by which it is known whether a picture can be written as it. */
export function keeps(format: RasterFormat, layout: Layout): boolean {
  const isDeep = layout.type === 'uint16';
  const isBasic = (layout.channels === 1 || layout.channels === 3) && layout.alpha !== 'premultiplied';
  if (!isBasic || !(isDeep || layout.type === 'uint8')) return false;
  if (format === 'png') return true;
  return !isDeep && (format === 'webp' || layout.alpha === undefined);
}
