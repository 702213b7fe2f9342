// What a PNG or a JPEG tells beside its pixels, cut out of one file and put into another, as it is.
//
//   PNG: 8 bytes, then chunks: length, name, data, checksum. JPEG: FFD8, then segments: FF, kind, length, data.

/** Chunks that hold for the new pixels too: profile, gamma, EXIF, resolution, texts, time. */
const PNG_KEPT = ['iCCP', 'sRGB', 'gAMA', 'cHRM', 'eXIf', 'pHYs', 'tEXt', 'zTXt', 'iTXt', 'tIME'];
const PNG_SIGNATURE = 8;

/** JPEG's segments of applications but its own first one (JFIF) and Adobe's, which says how colours are coded; comments. */
const isKept = (kind: number): boolean => (kind > 0xe0 && kind < 0xee) || kind === 0xef || kind === 0xfe;

export function pngParts(png: Buffer): Buffer[] {
  return chunksOf(png)
    .filter(({ name }) => PNG_KEPT.includes(name))
    .map(({ bytes }) => bytes);
}

/** Whether a PNG has further pictures, which play one after the other. */
export const isAnimatedPng = (png: Buffer): boolean => chunksOf(png).some(({ name }) => name === 'acTL');

/** The PNG with these chunks, behind its header, in place of its own of their names. */
export function withPngParts(png: Buffer, parts: readonly Buffer[]): Buffer {
  const names = new Set(parts.map(part => part.toString('latin1', 4, 8)));
  const [header, ...rest] = chunksOf(png);
  const others = rest.filter(({ name }) => !names.has(name)).map(({ bytes }) => bytes);
  return Buffer.concat([png.subarray(0, PNG_SIGNATURE), header!.bytes, ...parts, ...others]);
}

function chunksOf(png: Buffer): { name: string; bytes: Buffer }[] {
  const chunks = [];
  for (let at = PNG_SIGNATURE; at + 12 <= png.length; ) {
    const end = at + 12 + png.readUInt32BE(at);
    if (end > png.length) break;
    chunks.push({ name: png.toString('latin1', at + 4, at + 8), bytes: png.subarray(at, end) });
    at = end;
  }
  return chunks;
}

export function jpegParts(jpeg: Buffer): Buffer[] {
  const parts = [];
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const kind = jpeg[at + 1]!;
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    // After the start of the scan come pixels.
    if (kind === 0xda || end > jpeg.length) break;
    if (isKept(kind)) parts.push(jpeg.subarray(at, end));
    at = end;
  }
  return parts;
}

/** The JPEG with these segments behind its first one, JFIF's. */
export function withJpegParts(jpeg: Buffer, parts: readonly Buffer[]): Buffer {
  const after = jpeg[3] === 0xe0 ? 4 + jpeg.readUInt16BE(4) : 2;
  return Buffer.concat([jpeg.subarray(0, after), ...parts, jpeg.subarray(after)]);
}
