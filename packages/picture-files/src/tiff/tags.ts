// The tags of TIFF 6.0 (Adobe, 1992) and BigTIFF that say how a page is laid out, and the types of their values.

export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  imageDescription: 270,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  minSampleValue: 280,
  maxSampleValue: 281,
  planarConfiguration: 284,
  freeOffsets: 288,
  freeByteCounts: 289,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  subIfds: 330,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  exifIfd: 34665,
  gpsIfd: 34853,
  metamorphPlanes: 33629,
} as const;

/** Bytes of one value of each type; 0 where there is no such type. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

export const TYPE = { byte: 1, ascii: 2, short: 3, long: 4, long8: 16 } as const;

/** Bytes of one value of a type, 0 where it is unknown. */
export const typeBytes = (type: number): number => TYPE_BYTES[type] ?? 0;

/** Bytes that are swapped together when the byte order changes: a fraction is two numbers. */
export const wordBytes = (type: number): number => (type === 5 || type === 10 ? 4 : typeBytes(type));

export const COMPRESSION = { none: 1, lzw: 5, deflate: 8, oldDeflate: 32946, packBits: 32773 } as const;

export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3 } as const;

/** What else a file may hold, by name, to refuse it by. */
export const OTHER_COMPRESSIONS: Record<number, string> = {
  2: 'CCITT',
  3: 'CCITT fax',
  4: 'CCITT fax',
  6: 'JPEG',
  7: 'JPEG',
  9: 'JBIG',
  10: 'JBIG',
  33003: 'JPEG 2000',
  33005: 'JPEG 2000',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
};

export const OTHER_PHOTOMETRICS: Record<number, string> = {
  4: 'a transparency mask',
  5: 'colours as CMYK',
  6: 'colours as YCbCr',
  8: 'colours as CIELab',
  9: 'colours as ICCLab',
  10: 'colours as ITULab',
  32803: "a camera's raw mosaic",
  34892: "a camera's raw colours",
};
