// The pixels of a page, from the strips or tiles in which it lies.

import { endianness } from 'node:os';
import type { Pixels } from '../picture.js';
import { planesOf } from '../picture.js';
import { bytesOf, type SampleArray, type SampleType, samplesOf, zeros } from '../samples.js';
import { damaged, Unreadable } from '../unreadable.js';
import { decompress, LARGEST_RATIO } from './decompress.js';
import { type Directory, numbersOf, type Tiff } from './directory.js';
import type { Stored } from './layout.js';
import { undoDifferences, undoFloatDifferences } from './predictor.js';
import { COMPRESSION, TAG } from './tags.js';

export const MACHINE_IS_LITTLE = endianness() === 'LE';

/** No page may have more bytes than this. */
const LARGEST_PAGE = 2 ** 32;

/** The parts of a page: where each lies, and how much of the page it is. */
interface Blocks {
  readonly offsets: readonly number[];
  readonly counts: readonly number[];
  readonly across: number;
  readonly down: number;
  /** How many numbers of a pixel a block holds. */
  readonly together: number;
}

/**
 * Where the parts of a page are.
 *
 * @throws Unreadable when the file cannot hold as many pixels as the page claims to have.
 */
export async function findBlocks(tiff: Tiff, directory: Directory, stored: Stored): Promise<Blocks> {
  const planes = planesOf(stored);
  const bytes = stored.width * stored.height * planes * bytesOf(stored.type);
  const claim = `it claims ${stored.width}×${stored.height} pixels`;
  if (bytes > LARGEST_PAGE) throw new Unreadable(`${claim}, more than can be read at once; cut it up`);
  const across = Math.ceil(stored.width / stored.block[0]);
  const down = Math.ceil(stored.height / stored.block[1]);
  const together = stored.planar ? 1 : planes;
  const expected = across * down * (planes / together);
  const [offsetTag, countTag] = stored.tiled
    ? [TAG.tileOffsets, TAG.tileByteCounts]
    : [TAG.stripOffsets, TAG.stripByteCounts];
  const offsets = (await numbersOf(tiff, directory, offsetTag)) ?? [];
  if (offsets.length !== expected) {
    throw damaged(`a page has ${offsets.length} parts where ${expected} are needed`);
  }
  // Plain numbers are as many as they are, whatever is said of them; some writers do not say it, or wrongly.
  const sizes = Array.from({ length: expected }, (_, index) =>
    plainBytes(stored, Math.floor(index / across) % down, together),
  );
  const isPlain = stored.compression === COMPRESSION.none;
  const counts = isPlain ? sizes : ((await numbersOf(tiff, directory, countTag)) ?? []);
  if (counts.length !== expected) throw damaged('a page does not say how long its parts are');
  offsets.forEach((offset, index) => {
    if (offset + counts[index]! > tiff.source.size) throw damaged(`${claim}, and ends before them`);
    if (counts[index]! * LARGEST_RATIO[stored.compression]! < sizes[index]!) {
      throw damaged(`${claim}, and has not the bytes for them`);
    }
  });
  return { offsets, counts, across, down, together };
}

/** Bytes of a block in row `row` of the blocks, before compression. */
function plainBytes({ block, height, bits, tiled }: Stored, row: number, together: number): number {
  const rows = tiled ? block[1] : Math.min(block[1], height - row * block[1]);
  return rows * Math.ceil((block[0] * together * bits) / 8);
}

/** @throws Unreadable when the page is damaged. */
export async function readPixels(tiff: Tiff, directory: Directory, stored: Stored): Promise<Pixels> {
  const blocks = await findBlocks(tiff, directory, stored);
  const { width, height, type } = stored;
  const planes = planesOf(stored);
  const { across, down, together } = blocks;
  const bytesAt = await gather(tiff, blocks);
  const data = zeros(type, planes * height * width);
  for (let index = 0; index < blocks.offsets.length; index++) {
    const row = Math.floor(index / across) % down;
    const size = plainBytes(stored, row, together);
    const bytes = await decompress(await bytesAt(index), stored.compression, size);
    const samples = decode(bytes, { stored, together, littleEndian: tiff.littleEndian });
    const plane = stored.planar ? Math.floor(index / (across * down)) : 0;
    place(
      samples,
      { stored, together, plane, top: row * stored.block[1], left: (index % across) * stored.block[0] },
      data,
    );
  }
  if (stored.inverted) {
    const white = 2 ** stored.bits - 1;
    for (let index = 0; index < data.length; index++) data[index] = white - data[index]!;
  }
  return { shape: [planes, height, width], data };
}

/** The stored bytes of each block: read at once where they lie together, else one by one. */
async function gather(
  { source }: Tiff,
  { offsets, counts }: Blocks,
): Promise<(index: number) => Promise<Buffer>> {
  let [first, last, total] = [Infinity, 0, 0];
  offsets.forEach((offset, index) => {
    first = Math.min(first, offset);
    last = Math.max(last, offset + counts[index]!);
    total += counts[index]!;
  });
  if (last - first > 2 * total) return index => source.read(offsets[index]!, counts[index]!);
  const all = await source.read(first, last - first);
  return async index => all.subarray(offsets[index]! - first, offsets[index]! - first + counts[index]!);
}

/** The numbers of a block, from its bytes. */
function decode(
  bytes: Buffer,
  { stored, together, littleEndian }: { stored: Stored; together: number; littleEndian: boolean },
): SampleArray {
  const { type, bits, predictor } = stored;
  const rows = { length: stored.block[0] * together, step: together };
  if (bits % 8 !== 0) return unpack(bytes, bits, rows.length);
  if (predictor === 3) return undoFloatDifferences(bytes, type, rows);
  const native = inMachineOrder(bytes, bytesOf(type), littleEndian);
  if (predictor === 2) undoDifferences(samplesOf(UNSIGNED[bytesOf(type)]!, native), rows);
  return samplesOf(type, native);
}

/** Differences are taken of the bits as whole numbers, also of floats. */
export const UNSIGNED: Record<number, SampleType> = { 1: 'uint8', 2: 'uint16', 4: 'uint32' };

/** A copy in this machine's byte order, or the bytes themselves where they are in it already and aligned. */
function inMachineOrder(bytes: Buffer, size: number, littleEndian: boolean): Buffer {
  const isNative = size === 1 || littleEndian === MACHINE_IS_LITTLE;
  if (isNative && bytes.byteOffset % size === 0) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return isNative ? copy : swapBytes(copy, size);
}

/** Turns the bytes of each number of `size` bytes round, in place. */
export function swapBytes(bytes: Buffer, size: number): Buffer {
  if (size === 2) return bytes.swap16();
  if (size === 4) return bytes.swap32();
  if (size === 8) return bytes.swap64();
  return bytes;
}

/** Numbers of 9 to 15 bits that lie without gaps, the first bit the most significant; a row begins with a byte. */
function unpack(bytes: Buffer, bits: number, rowLength: number): Uint16Array {
  const rowBytes = Math.ceil((rowLength * bits) / 8);
  const rows = Math.floor(bytes.length / rowBytes);
  const out = new Uint16Array(rows * rowLength);
  for (let row = 0; row < rows; row++) {
    let [held, count, at] = [0, 0, row * rowBytes];
    for (let index = 0; index < rowLength; index++) {
      while (count < bits) {
        held = ((held << 8) | bytes[at++]!) & 0xffffff;
        count += 8;
      }
      count -= bits;
      out[row * rowLength + index] = (held >> count) & ((1 << bits) - 1);
    }
  }
  return out;
}

/** Copies a block to its place on the page, leaving out what lies beyond the page's edge. */
function place(
  block: SampleArray,
  {
    stored,
    together,
    plane,
    top,
    left,
  }: { stored: Stored; together: number; plane: number; top: number; left: number },
  page: SampleArray,
): void {
  const { width, height } = stored;
  const [blockWidth, blockHeight] = stored.block;
  const columns = Math.min(blockWidth, width - left);
  const rows = Math.min(blockHeight, height - top);
  for (let row = 0; row < rows; row++) {
    const from = row * blockWidth * together;
    const to = (plane * height + top + row) * width + left;
    if (together === 1) page.set(block.subarray(from, from + columns), to);
    else {
      for (let sample = 0; sample < together; sample++) {
        const start = to + sample * height * width;
        for (let column = 0; column < columns; column++) {
          page[start + column] = block[from + column * together + sample]!;
        }
      }
    }
  }
}
