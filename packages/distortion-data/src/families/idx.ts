// IDX files, the format in which MNIST and Fashion-MNIST come (http://yann.lecun.com/exdb/mnist/). Read by hand: it is a
// header of a few numbers.
//
//   2 zero bytes, the type (8: unsigned byte), the number of dimensions, their sizes (big-endian), the data

import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { float32, UserError } from '@blind-demod/arrays';
import { notReadable } from '@blind-demod/artifacts';
import { z } from 'zod';
import { type FamilyImages, family, sampleCount } from './family.js';

export const idx = family({
  settings: z
    .strictObject({
      source: z.literal('idx').describe('Images in the IDX files in which MNIST and Fashion-MNIST come.'),
      folder: z
        .string()
        .min(1)
        .describe(
          'Folder of the IDX files, relative to this file: train-images-idx3-ubyte (or .gz), t10k-….',
        ),
      count: sampleCount,
    })
    .describe('Grey images from IDX files; the train and t10k files are both used, and split anew.'),
  className: 'class',
  sources: async (settings, { root }) => {
    const folder = resolve(root, settings.folder);
    const found = PARTS.flatMap(part => [
      findIdx(folder, `${part}-images`, 3),
      findIdx(folder, `${part}-labels`, 1),
    ]);
    return { folder, files: (await Promise.all(found)).filter(file => file !== undefined) };
  },
  images: ({ folder }, { root }) => idxImages(resolve(root, folder)),
});

const UNSIGNED_BYTE = 8;
const PARTS = ['train', 't10k'] as const;

/**
 * All images of a folder, those of the train files first, then those of the t10k files.
 *
 * @throws UserError when the folder has neither, or a file is damaged.
 */
async function idxImages(folder: string): Promise<FamilyImages> {
  const parts: { images: IdxFile; labels: IdxFile }[] = [];
  for (const part of PARTS) {
    const images = await readIdx(folder, `${part}-images`, 3);
    if (images === undefined) continue;
    const labels = await readIdx(folder, `${part}-labels`, 1);
    if (labels === undefined)
      throw new UserError(`${folder}: there is ${part}-images, but no ${part}-labels-idx1-ubyte`);
    if (labels.sizes[0] !== images.sizes[0]) {
      throw new UserError(
        `${folder}: ${images.sizes[0]} ${part}-images, but ${labels.sizes[0]} ${part}-labels`,
      );
    }
    parts.push({ images, labels });
  }
  const first = parts[0];
  if (first === undefined)
    throw new UserError(`${folder}: no train-images-idx3-ubyte or t10k-images-idx3-ubyte (or .gz) there`);
  const [, height = 0, width = 0] = first.images.sizes;
  if (parts.some(({ images }) => images.sizes[1] !== height || images.sizes[2] !== width)) {
    throw new UserError(`${folder}: the train and t10k images differ in size`);
  }
  if (height !== width)
    throw new UserError(`${folder}: images of ${height}×${width}; only square ones are supported`);
  const bytes = Buffer.concat(parts.map(({ images }) => images.data));
  return {
    pixels: float32(
      [bytes.length / (height * width), 1, height, width],
      Float32Array.from(bytes, value => value / 255),
    ),
    labels: Int32Array.from(Buffer.concat(parts.map(({ labels }) => labels.data))),
  };
}

interface IdxFile {
  readonly sizes: number[];
  readonly data: Uint8Array;
}

/** The file under any of its usual names: train-images-idx3-ubyte, train-images.idx3-ubyte, with .gz or without. */
async function findIdx(folder: string, stem: string, dimensions: number): Promise<string | undefined> {
  for (const separator of ['-', '.']) {
    for (const ending of ['', '.gz']) {
      const name = `${stem}${separator}idx${dimensions}-ubyte${ending}`;
      const isThere = await access(join(folder, name)).then(
        () => true,
        error => !['ENOENT', 'ENOTDIR'].includes(error.code),
      );
      if (isThere) return name;
    }
  }
  return undefined;
}

async function readIdx(folder: string, stem: string, dimensions: number): Promise<IdxFile | undefined> {
  const name = await findIdx(folder, stem, dimensions);
  if (name === undefined) return undefined;
  const file = join(folder, name);
  const content = await readFile(file).catch(error => {
    throw notReadable(file, error);
  });
  return parseIdx(file.endsWith('.gz') ? await unzip(content, file) : content, file, dimensions);
}

async function unzip(content: Uint8Array, file: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(content);
  } catch {
    throw new UserError(`${file}: not a complete gzip file; fetch it again`);
  }
}

export function parseIdx(bytes: Buffer, file: string, dimensions: number): IdxFile {
  const dataStart = 4 + 4 * dimensions;
  const magic = (UNSIGNED_BYTE << 8) | dimensions;
  if (bytes.length < dataStart || bytes.readUInt32BE() !== magic) {
    throw new UserError(`${file}: not an IDX file of bytes in ${dimensions} dimensions`);
  }
  const sizes = Array.from({ length: dimensions }, (_, index) => bytes.readUInt32BE(4 + 4 * index));
  const expected = sizes.reduce((product, size) => product * size, 1);
  if (expected === 0 || bytes.length - dataStart !== expected) {
    throw new UserError(
      `${file}: expected ${expected} bytes of data ([${sizes}]), got ${bytes.length - dataStart}`,
    );
  }
  return { sizes, data: bytes.subarray(dataStart) };
}
