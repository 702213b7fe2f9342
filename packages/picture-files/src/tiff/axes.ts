// Where each page of a TIFF stands: as ImageJ and OME say it in the description of the first page.
//
//   ImageJ: lines `channels=2`, `slices=5`, `frames=3`, `images=30`; pages run through channels, slices, frames
//   OME: XML; https://docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff/specification.html

import type { Page } from '../picture.js';

/** What a description says of the pages. */
export interface Described {
  /** Where each of the pages stands; undefined when it does not say, or not of as many pages. */
  readonly pages: readonly Page[] | undefined;
  /** How many pages the description counts; they may lie behind the one directory that a large file has. */
  readonly count: number | undefined;
  /** The bits that the camera filled. */
  readonly significantBits: number | undefined;
}

export const isImageJ = (description: string): boolean => description.startsWith('ImageJ=');
export const isOme = (description: string): boolean =>
  /^\s*(<\?xml.*?\?>)?\s*(<!--.*?-->)?\s*<(\w+:)?OME\b/s.test(description);

/** @param pageCount how many pages the file has. */
export function describe(description: string, pageCount: number): Described {
  if (isImageJ(description)) return describeImageJ(description, pageCount);
  if (isOme(description)) return describeOme(description, pageCount);
  return { pages: undefined, count: undefined, significantBits: undefined };
}

function describeImageJ(description: string, directories: number): Described {
  const number = (name: string) => Number(description.match(new RegExp(`^${name}=(\\d+)`, 'm'))?.[1] ?? 1);
  const images = number('images');
  const pageCount = directories === 1 ? images : directories;
  const [channels, slices, frames] = [number('channels'), number('slices'), number('frames')];
  const pages =
    channels * slices * frames === pageCount
      ? Array.from({ length: pageCount }, (_, index) => ({
          channel: index % channels,
          slice: Math.floor(index / channels) % slices,
          frame: Math.floor(index / (channels * slices)),
        }))
      : undefined;
  return { pages, count: pageCount, significantBits: undefined };
}

const AXES = { C: 'channel', Z: 'slice', T: 'frame' } as const;
type Axis = keyof typeof AXES;

function describeOme(xml: string, pageCount: number): Described {
  const pages = new Map<number, Page>();
  let next = 0;
  let significantBits: number | undefined;
  for (const { attributes, content } of elements(xml, 'Pixels')) {
    significantBits = toNumber(attributes.SignificantBits) ?? significantBits;
    const order = (attributes.DimensionOrder ?? 'XYCZT').slice(2).split('') as Axis[];
    // A colour picture counts its three colours as channels, of which one page holds all.
    const samples = toNumber(elements(content, 'Channel')[0]?.attributes.SamplesPerPixel) ?? 1;
    const sizes = {
      C: Math.max(1, Math.floor((toNumber(attributes.SizeC) ?? 1) / samples)),
      Z: toNumber(attributes.SizeZ) ?? 1,
      T: toNumber(attributes.SizeT) ?? 1,
    };
    if (order.length !== 3 || order.some(axis => !(axis in AXES))) continue;
    const planes = sizes.C * sizes.Z * sizes.T;
    const blocks = elements(content, 'TiffData').map(({ attributes }) => attributes);
    for (const block of blocks.length > 0 ? blocks : [{}]) {
      const ifd = toNumber(block.IFD) ?? next;
      const isWhole = block.IFD === undefined && block.PlaneCount === undefined;
      const count = toNumber(block.PlaneCount) ?? (isWhole ? planes : 1);
      const first = {
        C: toNumber(block.FirstC) ?? 0,
        Z: toNumber(block.FirstZ) ?? 0,
        T: toNumber(block.FirstT) ?? 0,
      };
      const start = indexOf(first, order, sizes);
      for (let offset = 0; offset < count && ifd + offset < pageCount; offset++) {
        pages.set(ifd + offset, pageOf(start + offset, order, sizes));
      }
      next = ifd + count;
    }
  }
  const all = Array.from({ length: pageCount }, (_, index) => pages.get(index));
  const known = all.filter(page => page !== undefined);
  return { pages: known.length === pageCount ? known : undefined, count: undefined, significantBits };
}

/** The number of a plane, counted in the order of the axes. */
const indexOf = (at: Record<Axis, number>, order: Axis[], sizes: Record<Axis, number>): number =>
  order.reduceRight((index, axis) => index * sizes[axis] + at[axis], 0);

function pageOf(index: number, order: Axis[], sizes: Record<Axis, number>): Page {
  const page = { channel: 0, slice: 0, frame: 0 };
  let rest = index;
  for (const axis of order) {
    page[AXES[axis]] = rest % sizes[axis];
    rest = Math.floor(rest / sizes[axis]);
  }
  return page;
}

interface Element {
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string;
}

/** The elements of a name, whatever their prefix. Enough for the few whose attributes are wanted. */
function elements(xml: string, name: string): Element[] {
  const starts = xml.matchAll(new RegExp(`<(\\w+:)?${name}\\b([^>]*?)(/?)>`, 'g'));
  return Array.from(starts, ({ 0: tag, 1: prefix = '', 2: text = '', 3: closed, index }) => {
    const after = index + tag.length;
    const end = closed === '/' ? after : xml.indexOf(`</${prefix}${name}>`, after);
    const attributes = Object.fromEntries(
      Array.from(text.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g), match => [
        match[1]!,
        match[2] ?? match[3] ?? '',
      ]),
    );
    return { attributes, content: xml.slice(after, Math.max(after, end)) };
  });
}

/** A whole number, 0 or more; undefined when it is none. */
function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
