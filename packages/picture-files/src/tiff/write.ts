// Writing a TIFF, page after page. Our own, because no kept library writes 16-bit or float pages one by one with their
// tags: geotiff writes one page, utif2 8 bits, sharp holds all pages and drops ImageJ's and OME's descriptions.

import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { TiffTag } from '../metadata.js';
import { type Layout, type Pixels, planesOf } from '../picture.js';
import { interleave } from '../raster.js';
import { bytesOf, rawBytes, type SampleArray, sampleFormatOf, samplesOf } from '../samples.js';
import { MACHINE_IS_LITTLE, swapBytes, UNSIGNED } from './pixels.js';
import { takeDifferences } from './predictor.js';
import { COMPRESSION, PHOTOMETRIC, TAG, TYPE } from './tags.js';

export interface TiffOptions {
  readonly layout: Layout;
  readonly pageCount: number;
  readonly littleEndian: boolean;
  readonly compressed: boolean;
  /** Planes lie one after the other. */
  readonly planar: boolean;
  /** The first three numbers of a pixel are red, green and blue. */
  readonly rgb: boolean;
  /** Offsets of 8 bytes, for more than 4 GB. */
  readonly big: boolean;
  /** Further tags of a page, their values in the order of `littleEndian`. */
  tags(page: number): Promise<readonly TiffTag[]>;
}

/** Bytes of a strip before compression, about. */
const STRIP = 2 ** 20;

/** The bytes of a TIFF: its header, then each page's tags and pixels. Holds one page at a time. */
export async function* tiffBytes(
  options: TiffOptions,
  pages: AsyncIterable<Pixels> | Iterable<Pixels>,
): AsyncGenerator<Buffer> {
  const { littleEndian, big } = options;
  const number = numbersIn(littleEndian);
  const header = big
    ? [number(2, 43), number(2, 8), number(2, 0), number(8, 16)]
    : [number(2, 42), number(4, 8)];
  yield Buffer.concat([Buffer.from(littleEndian ? 'II' : 'MM'), ...header]);
  let offset = big ? 16 : 8;
  let page = 0;
  for await (const pixels of pages) {
    const strips = await stripsOf(pixels, options);
    const tags = await pageTags(options, { page, rows: strips.rows });
    const isLast = page === options.pageCount - 1;
    const bytes = layOut(options, { offset, tags, strips: strips.bytes, isLast });
    for (const part of bytes) yield part;
    offset += bytes.reduce((total, part) => total + part.length, 0);
    page++;
  }
  if (page !== options.pageCount) throw new TypeError(`expected ${options.pageCount} pages, got ${page}`);
}

/** Writes a whole number of so many bytes. */
const numbersIn =
  (littleEndian: boolean) =>
  (size: number, value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    const number = Buffer.from(bytes.subarray(0, size));
    return littleEndian ? number : number.reverse();
  };

/** The page's numbers as strips in the file's byte order, compressed if wanted. */
async function stripsOf(pixels: Pixels, { layout, littleEndian, compressed, planar }: TiffOptions) {
  const { width, height, type } = layout;
  const planes = planesOf(layout);
  const size = bytesOf(type);
  if (
    pixels.data.length !== planes * width * height ||
    samplesOf(type, Buffer.alloc(0)).constructor !== pixels.data.constructor
  ) {
    throw new TypeError(
      `expected a page of ${planes} × ${height} × ${width} ${type}, got ${pixels.data.constructor.name} of ${pixels.data.length}`,
    );
  }
  const together = planar ? 1 : planes;
  const samples = planar ? pixels.data : interleave(pixels, type);
  const rowLength = width * together;
  const rows = compressed ? Math.max(1, Math.min(height, Math.floor(STRIP / (rowLength * size)))) : height;
  const parts: SampleArray[] = [];
  for (let plane = 0; plane < planes / together; plane++) {
    for (let row = 0; row < height; row += rows) {
      const start = (plane * height + row) * rowLength;
      parts.push(samples.subarray(start, start + Math.min(rows, height - row) * rowLength));
    }
  }
  const isSwapped = littleEndian !== MACHINE_IS_LITTLE && size > 1;
  const isPredicted = hasPredictor(layout);
  const bytes = await Promise.all(
    parts.map(async part => {
      if (!isSwapped && !compressed) return rawBytes(part);
      // A copy: what was given is not changed.
      const own = Buffer.allocUnsafeSlow(part.byteLength);
      rawBytes(part).copy(own);
      if (compressed && isPredicted) {
        takeDifferences(samplesOf(UNSIGNED[size]!, own), { length: rowLength, step: together });
      }
      const ordered = isSwapped ? swapBytes(own, size) : own;
      return compressed ? await promisify(deflate)(ordered) : ordered;
    }),
  );
  return { rows, bytes };
}

/** Differences of 8 and 16 bits are what every reader knows. */
const hasPredictor = ({ type }: Layout): boolean => bytesOf(type) <= 2;

/** A tag of whole numbers below 65,536. */
export const shorts = (tag: number, values: readonly number[], littleEndian: boolean): TiffTag => ({
  ...{ tag, type: TYPE.short, count: values.length },
  bytes: Buffer.concat(values.map(value => numbersIn(littleEndian)(2, value))),
});

/** Everything that the page's directory says, but where the strips are. */
async function pageTags(
  { layout, littleEndian, compressed, planar, rgb, tags }: TiffOptions,
  { page, rows }: { page: number; rows: number },
): Promise<TiffTag[]> {
  const planes = planesOf(layout);
  const kept = await tags(page);
  const number = numbersIn(littleEndian);
  const short = (tag: number, ...values: number[]) => shorts(tag, values, littleEndian);
  const long = (tag: number, value: number): TiffTag => ({
    tag,
    type: TYPE.long,
    count: 1,
    bytes: number(4, value),
  });
  const each = (value: number) => Array<number>(planes).fill(value);
  const isPalette = kept.some(({ tag }) => tag === TAG.colorMap);
  const colours = rgb ? 3 : 1;
  const extra = [
    ...Array<number>(layout.channels - colours).fill(0),
    ...(layout.alpha === undefined ? [] : [layout.alpha === 'premultiplied' ? 1 : 2]),
  ];
  return [
    ...kept,
    long(TAG.imageWidth, layout.width),
    long(TAG.imageLength, layout.height),
    short(TAG.bitsPerSample, ...each(8 * bytesOf(layout.type))),
    short(TAG.compression, compressed ? COMPRESSION.deflate : COMPRESSION.none),
    short(TAG.photometric, isPalette ? PHOTOMETRIC.palette : rgb ? PHOTOMETRIC.rgb : PHOTOMETRIC.blackIsZero),
    short(TAG.samplesPerPixel, planes),
    long(TAG.rowsPerStrip, rows),
    short(TAG.planarConfiguration, planar ? 2 : 1),
    ...(compressed && hasPredictor(layout) ? [short(TAG.predictor, 2)] : []),
    ...(extra.length > 0 ? [short(TAG.extraSamples, ...extra)] : []),
    short(TAG.sampleFormat, ...each(sampleFormatOf(layout.type))),
  ];
}

/** A page as bytes that begin at `offset`: directory, values that do not fit into it, strips. */
function layOut(
  { littleEndian, big }: TiffOptions,
  { offset, tags, strips, isLast }: { offset: number; tags: TiffTag[]; strips: Buffer[]; isLast: boolean },
): Buffer[] {
  const number = numbersIn(littleEndian);
  const wide = big ? 8 : 4;
  const counter = big ? 8 : 2;
  const wideType = big ? TYPE.long8 : TYPE.long;
  const numbers = (tag: number, values: number[]): TiffTag => ({
    ...{ tag, type: wideType, count: values.length },
    bytes: Buffer.concat(values.map(value => number(wide, value))),
  });
  const all = (offsets: number[]) =>
    [
      ...tags,
      numbers(TAG.stripOffsets, offsets),
      numbers(
        TAG.stripByteCounts,
        strips.map(({ length }) => length),
      ),
    ].sort((one, other) => one.tag - other.tag);
  const directoryBytes = counter + (tags.length + 2) * (4 + 2 * wide) + wide;
  const outside = all(strips.map(() => 0)).filter(({ bytes }) => bytes.length > wide);
  const valueBytes = outside.reduce((total, { bytes }) => total + even(bytes.length), 0);
  let at = offset + directoryBytes + valueBytes;
  const offsets = strips.map(({ length }) => {
    const start = at;
    at += even(length);
    return start;
  });

  const entries: Buffer[] = [];
  const values: Buffer[] = [];
  let valueAt = offset + directoryBytes;
  for (const { tag, type, count, bytes } of all(offsets)) {
    entries.push(number(2, tag), number(2, type), number(wide, count));
    if (bytes.length <= wide) entries.push(padded(bytes, wide));
    else {
      entries.push(number(wide, valueAt));
      values.push(padded(bytes, even(bytes.length)));
      valueAt += even(bytes.length);
    }
  }
  const directory = [number(counter, tags.length + 2), ...entries, number(wide, isLast ? 0 : at)];
  return [
    Buffer.concat([...directory, ...values]),
    ...strips.map(strip => (strip.length % 2 === 0 ? strip : padded(strip, strip.length + 1))),
  ];
}

/** Offsets are even. */
const even = (length: number): number => length + (length % 2);

const padded = (bytes: Buffer, length: number): Buffer =>
  bytes.length === length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
