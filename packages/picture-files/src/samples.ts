// The types of a picture's numbers, and arrays of them.

/** What each type is: its array, and the `SampleFormat` by which a TIFF tells it. */
const TYPES = {
  uint8: { array: Uint8Array, sampleFormat: 1 },
  uint16: { array: Uint16Array, sampleFormat: 1 },
  uint32: { array: Uint32Array, sampleFormat: 1 },
  int8: { array: Int8Array, sampleFormat: 2 },
  int16: { array: Int16Array, sampleFormat: 2 },
  int32: { array: Int32Array, sampleFormat: 2 },
  float32: { array: Float32Array, sampleFormat: 3 },
  float64: { array: Float64Array, sampleFormat: 3 },
} as const;

/** The type of a picture's numbers. */
export type SampleType = keyof typeof TYPES;

/** An array of a picture's numbers, of the type that they have in the file. */
export type SampleArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

export const SAMPLE_TYPES = Object.keys(TYPES) as SampleType[];

/** The bytes of one number. */
export const bytesOf = (type: SampleType): number => TYPES[type].array.BYTES_PER_ELEMENT;

export const sampleFormatOf = (type: SampleType): number => TYPES[type].sampleFormat;

/** The type of so many bits, rounded up to whole bytes; undefined when there is none. */
export function typeOf(sampleFormat: number, bits: number): SampleType | undefined {
  const bytes = bits > 8 && bits < 16 ? 2 : bits / 8;
  return SAMPLE_TYPES.find(type => sampleFormatOf(type) === sampleFormat && bytesOf(type) === bytes);
}

/** `length` zeros. */
export const zeros = (type: SampleType, length: number): SampleArray => new TYPES[type].array(length);

/** The numbers that these bytes are, in this machine's byte order. Not copied where they are aligned. */
export function samplesOf(type: SampleType, bytes: Uint8Array): SampleArray {
  const size = bytesOf(type);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new TYPES[type].array(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    Math.floor(aligned.byteLength / size),
  );
}

/** The bytes of an array. Not copied. */
export const rawBytes = (array: SampleArray): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** The least and the largest number of an integer type; of a float, without bound. */
export function rangeOf(type: SampleType): { min: number; max: number } {
  if (type.startsWith('float')) return { min: -Infinity, max: Infinity };
  const bits = 8 * bytesOf(type);
  return type.startsWith('u')
    ? { min: 0, max: 2 ** bits - 1 }
    : { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 };
}

/** The largest level of a camera whose brightest value is `max`: cameras of 10, 12 and 14 bits write files of 16. */
export function cameraWhite(max: number): number {
  return 2 ** ([8, 10, 12, 14, 16].find(bits => max < 2 ** bits) ?? 32) - 1;
}
