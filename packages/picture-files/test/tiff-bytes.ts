// TIFFs made by hand, byte by byte, after the specification: what the reader is tested on.

/** A tag: its number, the type of its values (1 byte, 2 text, 3 short, 4 long), the values. */
export type Tag = readonly [tag: number, type: 1 | 2 | 3 | 4, values: readonly number[] | string];

export interface HandMade {
  readonly tags: readonly Tag[];
  /** The strips or tiles, in order; the tags that say where they are get written. */
  readonly parts: readonly Uint8Array[];
}

const BYTES = { 1: 1, 2: 1, 3: 2, 4: 4 };

/** The bytes of a classic TIFF of these pages: all parts first, then all directories. */
export function handMade(pages: readonly HandMade[], { littleEndian = true } = {}): Buffer {
  const number = (size: number, value: number) => {
    const bytes = Buffer.alloc(size);
    if (littleEndian) bytes.writeUIntLE(value, 0, size);
    else bytes.writeUIntBE(value, 0, size);
    return bytes;
  };
  const chunks: Buffer[] = [Buffer.from(littleEndian ? 'II' : 'MM'), number(2, 42), number(4, 0)];
  const at = () => chunks.reduce((sum, { length }) => sum + length, 0);
  let previous = 2;
  for (const { tags, parts } of pages) {
    const offsets = parts.map(part => {
      const offset = at();
      chunks.push(Buffer.from(part));
      return offset;
    });
    const tiled = tags.some(([tag]) => tag === 322);
    const all: Tag[] = [
      ...tags,
      [tiled ? 324 : 273, 4, offsets] as const,
      [tiled ? 325 : 279, 4, parts.map(({ length }) => length)] as const,
    ];
    const entries = all
      .sort(([one], [other]) => one - other)
      .map(([tag, type, values]) => {
        const list = typeof values === 'string' ? [...Buffer.from(`${values}\0`)] : values;
        const bytes = Buffer.concat(list.map(value => number(BYTES[type], value)));
        const field =
          bytes.length > 4 ? number(4, at()) : Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)]);
        if (bytes.length > 4) chunks.push(bytes);
        return Buffer.concat([number(2, tag), number(2, type), number(4, list.length), field]);
      });
    chunks[previous] = number(4, at());
    chunks.push(number(2, entries.length), ...entries, number(4, 0));
    previous = chunks.length - 1;
  }
  return Buffer.concat(chunks);
}

/** The tags of a grey page in one strip. */
export const grey = (width: number, height: number, bits: number, sampleFormat = 1): Tag[] => [
  [256, 4, [width]],
  [257, 4, [height]],
  [258, 3, [bits]],
  [259, 3, [1]],
  [262, 3, [1]],
  [277, 3, [1]],
  [278, 4, [height]],
  [339, 3, [sampleFormat]],
];
