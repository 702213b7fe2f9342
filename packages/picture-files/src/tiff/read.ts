// A TIFF as a picture: its pages are those of full size.

import { type Layout, type Page, type Picture, planesOf } from '../picture.js';
import { bytesOf, rangeOf } from '../samples.js';
import type { Source } from '../source.js';
import { naming, Unreadable } from '../unreadable.js';
import { describe, isImageJ } from './axes.js';
import { type Directory, entryBytes, numberOf, readDirectories, type Tiff, textOf } from './directory.js';
import { type Stored, storedLayout } from './layout.js';
import { findBlocks, readPixels } from './pixels.js';
import { COMPRESSION, TAG, typeBytes } from './tags.js';

/** A page, and the directory that tells of it. */
interface StoredPage {
  readonly directory: Directory;
  readonly stored: Stored;
}

/** @throws Unreadable when it is damaged, or of a kind that is not read. */
export async function openTiff(file: string, source: Source): Promise<Picture> {
  const tiff = await readDirectories(source);
  const { pages, reduced } = await fullPages(tiff);
  const [first] = pages as [StoredPage, ...StoredPage[]];
  const { stored } = first;
  pages.forEach((page, index) => {
    const difference = differenceOf(stored, page.stored);
    if (difference !== undefined) {
      throw new Unreadable(
        `page ${index + 1} is ${difference}; pages of one size and type are read: save them as files of their own`,
      );
    }
  });
  await findBlocks(tiff, first.directory, stored);

  const description = await textOf(tiff, first.directory, TAG.imageDescription);
  const described = describe(description, pages.length);
  const shown = pages.length === 1 ? behindOne(first, described.count ?? 1, tiff) : pages;
  const places = described.pages ?? shown.map((_, slice): Page => ({ channel: 0, slice, frame: 0 }));
  if (stored.palette && !isImageJ(description)) {
    throw new Unreadable('a TIFF with a table of colours, which is not read; save it as grey or RGB');
  }
  const { width, height, channels, alpha, type } = stored;
  return {
    ...{ file, width, height, channels, type },
    ...(alpha && { alpha }),
    format: 'tiff',
    pages: places,
    white: await whiteOf(tiff, first, described.significantBits),
    orientation: await orientationOf(tiff, first.directory),
    animated: false,
    notes: notesOf(stored, reduced),
    metadata: {
      kind: 'tiff',
      littleEndian: tiff.littleEndian,
      compressed: stored.compression !== COMPRESSION.none,
      planar: stored.planar,
      rgb: stored.rgb,
      tags: page => naming(file, () => otherTags(tiff, shown[page]!.directory, { isFirst: page === 0 })),
    },
    read: index =>
      naming(file, async () => {
        const page = shown[index];
        if (page === undefined)
          throw new TypeError(`expected a page from 0 to ${shown.length - 1}, got ${index}`);
        return readPixels(tiff, page.directory, page.stored);
      }),
    close: source.close,
  };
}

/** The pages themselves, without smaller copies of them and masks. */
async function fullPages(tiff: Tiff): Promise<{ pages: StoredPage[]; reduced: number }> {
  const pages: StoredPage[] = [];
  let reduced = 0;
  for (const directory of tiff.directories) {
    const isOther = ((await numberOf(tiff, directory, TAG.newSubfileType, 0)) & (REDUCED | MASK)) !== 0;
    if (isOther && tiff.directories.length > 1) reduced++;
    else pages.push({ directory, stored: await storedLayout(tiff, directory) });
  }
  if (pages.length === 0) throw new Unreadable('it has no picture of full size');
  return { pages, reduced };
}

/** Bits of NewSubfileType. */
const [REDUCED, MASK] = [1, 4];

/** How a page differs from the first; undefined when it does not. */
function differenceOf(first: Layout, other: Layout): string | undefined {
  const facts = (layout: Layout) =>
    `${layout.width}×${layout.height} of ${planesOf(layout)} × ${layout.type}${layout.alpha ? ' with alpha' : ''}`;
  return facts(first) === facts(other) ? undefined : `${facts(other)}, and the first ${facts(first)}`;
}

/** The pages of a file of one directory whose numbers lie behind each other: ImageJ's way with more than 4 GB. */
function behindOne(first: StoredPage, count: number, { source, littleEndian }: Tiff): StoredPage[] {
  const { directory, stored } = first;
  const offset = directory.get(TAG.stripOffsets);
  const bytes = stored.width * stored.height * planesOf(stored) * bytesOf(stored.type);
  const isOne =
    stored.compression === COMPRESSION.none && stored.block[1] === stored.height && offset?.count === 1;
  if (count === 1 || !isOne) return [first];
  const at = littleEndian ? offset.field.readUIntLE(0, 4) : offset.field.readUIntBE(0, 4);
  const present = Math.min(count, Math.floor((source.size - at) / bytes));
  if (present < count)
    throw new Unreadable(`damaged: it claims ${count} pages, and has ${present}; get the file again`);
  return Array.from({ length: count }, (_, index) => {
    const field = Buffer.alloc(8);
    const value = BigInt(at + index * bytes);
    if (littleEndian) field.writeBigUInt64LE(value);
    else field.writeBigUInt64BE(value);
    return {
      stored,
      directory: new Map([
        ...directory,
        [TAG.stripOffsets, { tag: TAG.stripOffsets, type: LONG8, count: 1, field }],
      ]),
    };
  });
}

const LONG8 = 16;

/** White by the file's own word, else the largest integer of the type. */
async function whiteOf(
  tiff: Tiff,
  { directory, stored }: StoredPage,
  significantBits: number | undefined,
): Promise<number | undefined> {
  if (stored.type.startsWith('float') || bytesOf(stored.type) > 2) return undefined;
  const largest = stored.bits < 16 && stored.bits > 8 ? 2 ** stored.bits - 1 : rangeOf(stored.type).max;
  const isUnsigned = stored.type.startsWith('u');
  const told = isUnsigned ? await numberOf(tiff, directory, TAG.maxSampleValue, largest) : largest;
  const bySignificance = isUnsigned && significantBits !== undefined ? 2 ** significantBits - 1 : largest;
  const white = Math.min(largest, told, bySignificance);
  // Some writers fill the tag with what the picture happens to have, or with nothing.
  return white >= 255 && Number.isInteger(Math.log2(white + 1)) ? white : largest;
}

async function orientationOf(tiff: Tiff, directory: Directory): Promise<number> {
  const orientation = await numberOf(tiff, directory, TAG.orientation, 1);
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

function notesOf(stored: Stored, reduced: number): string[] {
  return [
    ...(stored.inverted ? ['Its small numbers are bright; they were turned round.'] : []),
    ...(reduced > 0
      ? [
          `Its ${reduced === 1 ? 'reduced copy or mask was' : `${reduced} reduced copies or masks were`} left out.`,
        ]
      : []),
  ];
}

/** Tags that say how pixels are stored, which a new file decides for itself, and those that point into the file. */
const OWN_TAGS = new Set<number>(
  Object.entries(TAG)
    .filter(([name]) => !['imageDescription', 'orientation', 'colorMap'].includes(name))
    .map(([, tag]) => tag),
);

async function otherTags(tiff: Tiff, directory: Directory, { isFirst }: { isFirst: boolean }) {
  const kept = [...directory.values()].filter(({ tag, type }) => !OWN_TAGS.has(tag) && typeBytes(type) > 0);
  // Pages behind one directory would all repeat what is the first one's.
  const own = isFirst || tiff.directories.length > 1 ? kept : kept.filter(({ tag }) => !FIRST_ONLY.has(tag));
  return Promise.all(
    own.map(async entry => ({
      tag: entry.tag,
      type: entry.type,
      count: entry.count,
      bytes: await entryBytes(tiff, entry),
    })),
  );
}

/** ImageJ's description and its metadata. */
const FIRST_ONLY = new Set<number>([TAG.imageDescription, 50838, 50839]);
