// The directories of a TIFF: for each page its tags. Read by hand, because the libraries trust what a header claims
// (they allocate it, follow circles, fill what is missing with zeros) and forget what a writer must repeat.
//
//   II or MM, 42, offset of the first directory; BigTIFF: 43, 8, 0, and offsets and counts of 8 bytes
//   a directory: how many entries; each a tag, a type, a count, the values or where they are; the next directory or 0

import type { Source } from '../source.js';
import { damaged, Unreadable } from '../unreadable.js';
import { typeBytes, wordBytes } from './tags.js';

/** A tag as it is in the file: its values are in the file's byte order. */
export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The values, if they fit, else where they are. */
  readonly field: Buffer;
}

export type Directory = ReadonlyMap<number, Entry>;

/** The file's numbers: how they are read. */
export interface Tiff {
  readonly source: Source;
  readonly littleEndian: boolean;
  readonly big: boolean;
  readonly directories: readonly Directory[];
}

/** Read at once, in the hope that it holds a whole directory. */
const GUESS = 4096;

/** @throws Unreadable when it is not a TIFF, or its directories are damaged. */
export async function readDirectories(source: Source): Promise<Tiff> {
  const header = await source.read(0, Math.min(16, source.size));
  const littleEndian = header[0] === 0x49;
  const number = (bytes: Buffer, offset: number, size: number) =>
    readNumber(bytes, { offset, size, littleEndian });
  if (header.length < 8) throw damaged('it ends too early');
  const big = number(header, 2, 2) === 43;
  if (big && (header.length < 16 || number(header, 4, 2) !== 8)) throw damaged('it is no BigTIFF');
  // Sizes in bytes: of an offset or a count, of a directory's count of entries, of an entry.
  const [wide, counter, entryBytes] = big ? [8, 8, 20] : [4, 2, 12];

  const directories: Directory[] = [];
  const seen = new Set<number>();
  let used = 0;
  let next = number(header, wide, wide);
  while (next !== 0) {
    if (seen.has(next)) throw damaged('its pages go round in a circle');
    seen.add(next);
    let bytes = await source.read(next, Math.min(GUESS, Math.max(source.size - next, counter)));
    const count = number(bytes, 0, counter);
    const length = counter + count * entryBytes + wide;
    // Directories that overlap would make a small file a long work.
    used += length;
    if (used > source.size) throw damaged('its directories are larger than the file');
    if (length > bytes.length) bytes = await source.read(next, length);
    const directory = new Map<number, Entry>();
    for (let at = counter; at < length - wide; at += entryBytes) {
      const [tag, type] = [number(bytes, at, 2), number(bytes, at + 2, 2)];
      const field = Buffer.from(bytes.subarray(at + entryBytes - wide, at + entryBytes));
      directory.set(tag, { tag, type, count: number(bytes, at + 4, wide), field });
    }
    directories.push(directory);
    next = number(bytes, length - wide, wide);
  }
  if (directories.length === 0) throw damaged('it has no page');
  return { source, littleEndian, big, directories };
}

/** The bytes of a tag's values, in the file's byte order. */
export async function entryBytes({ source, littleEndian }: Tiff, entry: Entry): Promise<Buffer> {
  const length = entry.count * typeBytes(entry.type);
  if (length <= entry.field.length) return entry.field.subarray(0, length);
  const offset = readNumber(entry.field, { offset: 0, size: entry.field.length, littleEndian });
  return source.read(offset, length);
}

/** The whole numbers of a tag; undefined when the page does not have it. */
export async function numbersOf(
  tiff: Tiff,
  directory: Directory,
  tag: number,
): Promise<number[] | undefined> {
  const entry = directory.get(tag);
  if (entry === undefined) return undefined;
  const size = wordBytes(entry.type);
  const isWhole = [1, 3, 4, 13, 16, 18].includes(entry.type);
  if (!isWhole) throw damaged(`its tag ${tag} is of type ${entry.type}`);
  const bytes = await entryBytes(tiff, entry);
  const { littleEndian } = tiff;
  return Array.from({ length: entry.count }, (_, index) =>
    readNumber(bytes, { offset: index * size, size, littleEndian }),
  );
}

/** The first number of a tag, else `otherwise`. */
export async function numberOf(
  tiff: Tiff,
  directory: Directory,
  tag: number,
  otherwise?: number,
): Promise<number> {
  const value = (await numbersOf(tiff, directory, tag))?.[0] ?? otherwise;
  if (value === undefined) throw damaged(`its tag ${tag} is missing`);
  return value;
}

/** The text of a tag; '' when the page does not have it. */
export async function textOf(tiff: Tiff, directory: Directory, tag: number): Promise<string> {
  const entry = directory.get(tag);
  if (entry === undefined) return '';
  return (await entryBytes(tiff, entry)).toString('utf8').replace(/\0.*$/s, '');
}

function readNumber(
  bytes: Buffer,
  { offset, size, littleEndian }: { offset: number; size: number; littleEndian: boolean },
): number {
  if (offset + size > bytes.length) throw damaged('it ends too early');
  if (size === 8) {
    const value = littleEndian ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset);
    if (value > Number.MAX_SAFE_INTEGER) throw damaged('it points beyond its end');
    return Number(value);
  }
  if (size === 1 || size === 2 || size === 4)
    return littleEndian ? bytes.readUIntLE(offset, size) : bytes.readUIntBE(offset, size);
  throw new Unreadable(`a number of ${size} bytes`);
}
