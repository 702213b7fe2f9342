// The compressions of a TIFF's strips and tiles. Each stops at the length that is wanted, so that no file makes more than
// its page. Deflate is zlib's; PackBits and LZW are a few lines each, and libraries' go on where bytes are damaged.

import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { damaged } from '../unreadable.js';
import { COMPRESSION } from './tags.js';

const inflated = promisify(inflate);

/** How many bytes one stored byte can become, at most, by each compression that is read. */
export const LARGEST_RATIO: Record<number, number> = {
  [COMPRESSION.none]: 1,
  // A string of the table grows by one byte a code; codes of 9 to 12 bits.
  [COMPRESSION.lzw]: 3840,
  // Deflate: 258 bytes in two bits and a little.
  [COMPRESSION.deflate]: 1040,
  [COMPRESSION.oldDeflate]: 1040,
  [COMPRESSION.packBits]: 64,
};

/**
 * The first `length` bytes of a strip or tile.
 *
 * @throws Unreadable when they are damaged or fewer.
 */
export async function decompress(stored: Buffer, compression: number, length: number): Promise<Buffer> {
  const bytes = await expand(stored, compression, length);
  if (bytes.length < length) throw damaged('a part of a page ends too early');
  return bytes.subarray(0, length);
}

async function expand(stored: Buffer, compression: number, length: number): Promise<Buffer> {
  switch (compression) {
    case COMPRESSION.none:
      return stored;
    case COMPRESSION.lzw:
      return expandLzw(stored, length);
    case COMPRESSION.packBits:
      return expandPackBits(stored, length);
    default:
      return inflated(stored, { maxOutputLength: Math.max(length, 1) + SLACK }).catch(() => {
        throw damaged('a part of a page does not decompress');
      });
  }
}

/** Some writers fill their last strip up. */
const SLACK = 2 ** 24;

/** TIFF 6.0, section 9: −n means that the next byte comes n + 1 times, n that n + 1 bytes follow as they are. */
function expandPackBits(stored: Buffer, length: number): Buffer {
  const out = Buffer.alloc(length);
  let done = 0;
  for (let at = 0; at < stored.length && done < length; ) {
    const header = stored.readInt8(at++);
    if (header === -128) continue;
    const count = Math.min(Math.abs(header) + 1, length - done);
    if (header < 0) {
      if (at >= stored.length) break;
      out.fill(stored[at++]!, done, done + count);
      done += count;
    } else {
      const copied = stored.copy(out, done, at, at + count);
      at += header + 1;
      done += copied;
      if (copied < count) break;
    }
  }
  return out.subarray(0, done);
}

const [CLEAR, END, FIRST_FREE] = [256, 257, 258];
/** The width of a code grows one code early: TIFF 6.0, section 13. */
const EARLY = 1;

/** TIFF 6.0, section 13. A string of the table is kept as where it was written, and how long it is. */
function expandLzw(stored: Buffer, length: number): Buffer {
  const out = Buffer.alloc(length);
  const starts = new Int32Array(4096);
  const lengths = new Int32Array(4096);
  let free = FIRST_FREE;
  let width = 9;
  let previous = -1;
  let done = 0;
  let bits = 0;
  let held = 0;
  let at = 0;
  while (done < length) {
    while (held < width) {
      if (at >= stored.length) return out.subarray(0, done);
      bits = ((bits << 8) | stored[at++]!) & 0xffffff;
      held += 8;
    }
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      free = FIRST_FREE;
      width = 9;
      previous = -1;
      continue;
    }
    const start = done;
    if (code < CLEAR) out[done++] = code;
    else {
      // The string of the newest code is the one before it and the byte that it begins with.
      const isNewest = code === free && previous >= 0;
      if (code >= free && !isNewest) throw damaged('a part of a page does not decompress');
      const [from, count] = isNewest ? [previous, start - previous + 1] : [starts[code]!, lengths[code]!];
      // One by one, because it may overlap what it becomes.
      for (let index = 0; index < count && done < length; index++) out[done++] = out[from + index]!;
    }
    if (previous >= 0 && free < 4096) {
      starts[free] = previous;
      lengths[free] = start - previous + 1;
      free++;
    }
    previous = start;
    if (free + EARLY >= 1 << width && width < 12) width++;
  }
  return out.subarray(0, done);
}
