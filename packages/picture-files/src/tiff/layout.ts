// What a page's tags say of its pixels, or why they are not read.

import type { Layout } from '../picture.js';
import { rangeOf, typeOf } from '../samples.js';
import { damaged, Unreadable } from '../unreadable.js';
import { type Directory, numberOf, numbersOf, type Tiff } from './directory.js';
import type { Predictor } from './predictor.js';
import { COMPRESSION, OTHER_COMPRESSIONS, OTHER_PHOTOMETRICS, PHOTOMETRIC, TAG } from './tags.js';

/** How a page lies in the file. */
export interface Stored extends Layout {
  /** Bits of a number: 8, 16, 32, 64, or 9 to 15, packed. */
  readonly bits: number;
  readonly compression: number;
  readonly predictor: Predictor;
  /** Planes lie one after the other, instead of a pixel's numbers together. */
  readonly planar: boolean;
  /** A small number is bright. */
  readonly inverted: boolean;
  /** Numbers are shown in the colours of a table. */
  readonly palette: boolean;
  /** The first three numbers of a pixel are red, green and blue. */
  readonly rgb: boolean;
  /** Width and height of a tile, or of a strip. */
  readonly block: readonly [width: number, height: number];
  readonly tiled: boolean;
}

/** @throws Unreadable when the page is damaged, or of a kind that is not read. */
export async function storedLayout(tiff: Tiff, directory: Directory): Promise<Stored> {
  const one = (tag: number, otherwise?: number) => numberOf(tiff, directory, tag, otherwise);
  const [width, height] = [await one(TAG.imageWidth), await one(TAG.imageLength)];
  if (width === 0 || height === 0) throw damaged('a page has no pixels');
  const planes = await one(TAG.samplesPerPixel, 1);
  const bits = await same(tiff, directory, { tag: TAG.bitsPerSample, otherwise: 1 });
  const sampleFormat = await same(tiff, directory, { tag: TAG.sampleFormat, otherwise: 1 });
  const compression = await readCompression(await one(TAG.compression, COMPRESSION.none));
  const photometric = await one(TAG.photometric, planes < 3 ? PHOTOMETRIC.blackIsZero : PHOTOMETRIC.rgb);
  if (!Object.values<number>(PHOTOMETRIC).includes(photometric)) {
    throw refused(OTHER_PHOTOMETRICS[photometric] ?? `colours of kind ${photometric}`);
  }
  // Some write 4, "undefined", for plain numbers.
  const type = typeOf(sampleFormat === 4 ? 1 : sampleFormat, bits);
  if (type === undefined || (bits % 8 !== 0 && !type.startsWith('u')))
    throw refused(numbersName(sampleFormat, bits));
  const predictor = await one(TAG.predictor, 1);
  const isPredicted = compression !== COMPRESSION.none && compression !== COMPRESSION.packBits;
  if (isPredicted && !isKnown(predictor, { bits, isFloat: type.startsWith('float') })) {
    throw refused(`predictor ${predictor} with ${bits} bits`);
  }
  if ((await one(TAG.fillOrder, 1)) !== 1 && bits % 8 !== 0) throw refused('bits in reverse order');
  const inverted = photometric === PHOTOMETRIC.whiteIsZero;
  if (inverted && rangeOf(type).min !== 0) throw refused('signed or floating numbers whose least is white');
  if ((directory.get(TAG.metamorphPlanes)?.count ?? 1) > 1) throw refused('a MetaMorph stack');

  const alpha = await alphaOf(tiff, directory, { planes, photometric });
  const tiled = directory.has(TAG.tileWidth);
  const rows = Math.min(await one(TAG.rowsPerStrip, height), height);
  const block = tiled
    ? ([await one(TAG.tileWidth), await one(TAG.tileLength)] as const)
    : ([width, rows] as const);
  if (block[0] === 0 || block[1] === 0) throw damaged('its tiles have no pixels');
  return {
    ...{ width, height, type, bits, compression, inverted, block, tiled },
    channels: planes - (alpha === undefined ? 0 : 1),
    ...(alpha && { alpha }),
    predictor: isPredicted ? (predictor as Predictor) : 1,
    planar: planes > 1 && (await one(TAG.planarConfiguration, 1)) === 2,
    palette: photometric === PHOTOMETRIC.palette,
    rgb: photometric === PHOTOMETRIC.rgb && planes >= 3,
  };
}

function readCompression(compression: number): number {
  if (Object.values<number>(COMPRESSION).includes(compression)) return compression;
  throw refused(`compression by ${OTHER_COMPRESSIONS[compression] ?? `method ${compression}`}`);
}

const refused = (what: string): Unreadable =>
  new Unreadable(`a TIFF with ${what}, which is not read; save it with 8, 16 or 32 bits and no compression`);

const numbersName = (sampleFormat: number, bits: number): string =>
  sampleFormat > 4
    ? 'complex numbers'
    : `${{ 2: 'signed numbers', 3: 'floats' }[sampleFormat] ?? 'numbers'} of ${bits} ${bits === 1 ? 'bit' : 'bits'}`;

const isKnown = (predictor: number, { bits, isFloat }: { bits: number; isFloat: boolean }): boolean =>
  predictor === 1 || (predictor === 2 && [8, 16, 32].includes(bits)) || (predictor === 3 && isFloat);

/** The number that all of a pixel's samples have in a tag. */
async function same(
  tiff: Tiff,
  directory: Directory,
  { tag, otherwise }: { tag: number; otherwise: number },
): Promise<number> {
  const values = (await numbersOf(tiff, directory, tag)) ?? [otherwise];
  const first = values[0] ?? otherwise;
  if (values.some(value => value !== first)) throw refused('colours of different depths');
  return first;
}

async function alphaOf(
  tiff: Tiff,
  directory: Directory,
  { planes, photometric }: { planes: number; photometric: number },
): Promise<Layout['alpha']> {
  if (planes === 0) throw damaged('a pixel has no numbers');
  const extra = await numbersOf(tiff, directory, TAG.extraSamples);
  // Four numbers of which three are colours: the fourth has always been transparency.
  if (extra === undefined && photometric === PHOTOMETRIC.rgb && planes === 4) return 'straight';
  const last = planes > 1 ? extra?.at(-1) : undefined;
  return last === 1 ? 'premultiplied' : last === 2 ? 'straight' : undefined;
}
