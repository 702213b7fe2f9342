import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { UserError } from '@blind-demod/arrays';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { idx as family, parseIdx } from '../src/families/idx.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idx-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const idx = (sizes: number[], data: number[]) => {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x800 | sizes.length);
  for (const [index, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return Buffer.concat([header, Buffer.from(data)]);
};
const idxImages = async (root: string) => family.images({ source: 'idx', folder: '.' }, { root, seed: 1 });
const write = (name: string, content: Uint8Array) => writeFileSync(join(folder, name), content);

describe('idx', () => {
  test('joins train and t10k, plain or compressed, with - or . in their names', async () => {
    write('train-images-idx3-ubyte', idx([2, 2, 2], [0, 255, 51, 102, 1, 2, 3, 4]));
    write('train-labels-idx1-ubyte', idx([2], [7, 9]));
    write('t10k-images.idx3-ubyte.gz', gzipSync(idx([1, 2, 2], [255, 0, 0, 0])));
    write('t10k-labels.idx1-ubyte.gz', gzipSync(idx([1], [3])));
    const { pixels, labels } = await idxImages(folder);
    expect(pixels.shape).toEqual([3, 1, 2, 2]);
    expect(Array.from(pixels.data.subarray(0, 4))).toEqual([0, 1, 51 / 255, 102 / 255].map(Math.fround));
    expect([...labels]).toEqual([7, 9, 3]);
  });

  test.each([
    ['there are none', () => {}, 'no train-images-idx3-ubyte or t10k-images-idx3-ubyte (or .gz) there'],
    [
      'labels are missing',
      () => write('t10k-images-idx3-ubyte', idx([1, 1, 1], [0])),
      'no t10k-labels-idx1-ubyte',
    ],
    [
      'labels and images differ in number',
      () => {
        write('train-images-idx3-ubyte', idx([1, 1, 1], [0]));
        write('train-labels-idx1-ubyte', idx([2], [0, 1]));
      },
      '1 train-images, but 2 train-labels',
    ],
    [
      'images are cut short',
      () => write('train-images-idx3-ubyte', idx([2, 2, 2], [0, 1, 2])),
      'train-images-idx3-ubyte: expected 8 bytes of data ([2,2,2]), got 3',
    ],
    [
      'a file is of another kind',
      () => write('train-images-idx3-ubyte', idx([1], [0])),
      'train-images-idx3-ubyte: not an IDX file of bytes in 3 dimensions',
    ],
    [
      'a compressed file is cut short',
      () => write('train-images-idx3-ubyte.gz', gzipSync(idx([1, 1, 1], [0])).subarray(0, 12)),
      'train-images-idx3-ubyte.gz: not a complete gzip file',
    ],
    [
      'images are not square',
      () => {
        write('train-images-idx3-ubyte', idx([1, 1, 2], [0, 0]));
        write('train-labels-idx1-ubyte', idx([1], [0]));
      },
      'images of 1×2; only square ones are supported',
    ],
    [
      'train and t10k differ in size',
      () => {
        for (const part of ['train', 't10k']) {
          write(
            `${part}-images-idx3-ubyte`,
            idx(
              [1, 1, part.length],
              [...part].map(() => 0),
            ),
          );
          write(`${part}-labels-idx1-ubyte`, idx([1], [0]));
        }
      },
      'the train and t10k images differ in size',
    ],
  ])('says so when %s', async (_, prepare, message) => {
    prepare();
    await expect(idxImages(folder)).rejects.toThrow(UserError);
    await expect(idxImages(folder)).rejects.toThrow(message);
  });

  test('throws nothing but UserErrors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        const content = Buffer.concat([Buffer.from([0, 0, 8, 3]), bytes]);
        try {
          parseIdx(content, 'x', 3);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});
