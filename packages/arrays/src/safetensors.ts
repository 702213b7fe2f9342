// Safetensors files: named tensors behind a JSON header (https://huggingface.co/docs/safetensors).
//
//   8 bytes   length of the header, little-endian
//   header    {"__metadata__": {…strings…}, "name": {"dtype", "shape", "data_offsets": [begin, end]}, …}
//   data      the tensors, row-major, little-endian, without holes or overlaps
//
// Files written here carry, in the metadata, the sha256 of the whole file with the digits of that hash as
// zeros, so that no flipped bit goes unnoticed. A second entry tells readers so; it also guards the first:
// were its key damaged, the file would otherwise pass for one that never had a hash.

import { sha256 } from '#sha256';
import { UserError } from './errors.js';
import { fromHalves, toHalves } from './float16.js';
import { JsonSyntaxError, parseJson } from './json.js';
import { elementCount, type NdArray } from './ndarray.js';

/** How tensors are stored: half precision, too, which is float32 in memory. */
const FORMATS = {
  F32: { dtype: 'float32', view: Float32Array },
  F16: { dtype: 'float32', view: Uint16Array },
  I32: { dtype: 'int32', view: Int32Array },
  U8: { dtype: 'uint8', view: Uint8Array },
  BOOL: { dtype: 'bool', view: Uint8Array },
} as const;
type Code = keyof typeof FORMATS;
const CODES = { float32: 'F32', int32: 'I32', uint8: 'U8', bool: 'BOOL' } as const satisfies Record<
  NdArray['dtype'],
  Code
>;

const METADATA = '__metadata__';
const HASH_KEY = 'sha256';
const HASH_NOTE_KEY = 'sha256-of';
const HASH_NOTE = 'this file with the 64 digits of sha256 replaced by zeros';
const NO_HASH = '0'.repeat(64);
const LENGTH_BYTES = 8;
const SPACE = 0x20;
const MAX_HEADER_BYTES = 100_000_000; // the reference implementation's limit

/**
 * The bytes of a safetensors file. The same tensors and metadata give the same bytes in whatever order they
 * are listed.
 *
 * @param float32As 'F16' stores float32 tensors in half precision, rounded to nearest, in half the bytes.
 * @throws TypeError when a shape and its data disagree, or a name is reserved; RangeError when a number is too large
 * for half precision.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, NdArray>>,
  metadata: Readonly<Record<string, string>> = {},
  { float32As = 'F32' }: { float32As?: 'F32' | 'F16' } = {},
): Uint8Array {
  const header: [string, unknown][] = [
    [
      METADATA,
      Object.fromEntries([...Object.entries(metadata), [HASH_KEY, NO_HASH], [HASH_NOTE_KEY, HASH_NOTE]]),
    ],
  ];
  let end = 0;
  const stored = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    if (name === METADATA) throw new TypeError(`a tensor cannot be named ${METADATA}`);
    if (elementCount(shape) !== data.length || !(data instanceof FORMATS[CODES[dtype]].view)) {
      throw new TypeError(
        `"${name}" expected ${dtype} of shape [${shape}], got ${data.length} in a ${data.constructor.name}`,
      );
    }
    const code: Code = dtype === 'float32' ? float32As : CODES[dtype];
    return { name, code, shape, data: code === 'F16' ? toHalves(data as Float32Array) : data };
  });
  // Wide types first, then by name: every tensor is aligned without padding, which the format forbids.
  stored.sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1));
  for (const { name, code, shape, data } of stored) {
    header.push([name, { dtype: code, shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const text = utf8(JSON.stringify(Object.fromEntries(header)));
  const dataStart = Math.ceil((LENGTH_BYTES + text.length) / 8) * 8;
  const bytes = new Uint8Array(dataStart + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true);
  bytes.fill(SPACE, LENGTH_BYTES, dataStart);
  bytes.set(text, LENGTH_BYTES);
  let offset = dataStart;
  for (const { data } of stored) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  bytes.set(utf8(sha256(bytes)), hashPosition(bytes, dataStart, NO_HASH));
  return bytes;
}

/**
 * The tensors and metadata of a safetensors file, by whatever tool it was written; all of the file is checked,
 * and its hash if it has one. Tensors share memory with `file` where alignment allows.
 *
 * @throws UserError, naming `where`, when the file is damaged or has tensors of types that are not read.
 */
export function decodeSafetensors(
  file: Uint8Array,
  where: string,
): { tensors: Record<string, NdArray>; metadata: Record<string, string> } {
  const fail = (what: string): never => {
    throw new UserError(`${where}: not a valid safetensors file: ${what}`);
  };
  if (file.length < LENGTH_BYTES) fail(`it has ${file.length} bytes only`);
  const headerBytes = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (headerBytes > BigInt(Math.min(file.length - LENGTH_BYTES, MAX_HEADER_BYTES))) {
    fail(`a header of ${headerBytes} bytes in a file of ${file.length}; it may have been cut short`);
  }
  const dataStart = LENGTH_BYTES + Number(headerBytes);
  const header = parseHeader(file.subarray(LENGTH_BYTES, dataStart), fail);
  const { [METADATA]: rawMetadata = {}, ...entries } = header;
  const metadata = checkMetadata(rawMetadata, fail);
  const infos = Object.entries(entries).map(([name, entry]) => checkEntry(name, entry, where, fail));

  let end = 0;
  for (const { name, begin, end: next } of infos.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== end) fail(`"${name}" begins at byte ${begin} of the data, where ${end} was expected`);
    end = next;
  }
  if (dataStart + end !== file.length) {
    fail(`${file.length - dataStart} bytes of data, where its header promises ${end}`);
  }
  verifyHash(file, dataStart, metadata, fail);

  const tensors = infos.map(({ name, code, shape, begin, end }): [string, NdArray] => {
    const { dtype, view: View } = FORMATS[code];
    const width = View.BYTES_PER_ELEMENT;
    const content = file.subarray(dataStart + begin, dataStart + end);
    // Typed arrays must begin at a multiple of their width; other tools' files need not.
    const aligned = content.byteOffset % width === 0 ? content : Uint8Array.from(content);
    const stored = new View(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / width);
    const data = stored instanceof Uint16Array ? fromHalves(stored) : stored;
    if (dtype === 'bool' && data.some(value => value > 1)) fail(`"${name}" has a bool that is not 0 or 1`);
    return [name, { dtype, shape, data }];
  });
  const { [HASH_KEY]: _hash, [HASH_NOTE_KEY]: _note, ...rest } = metadata;
  return { tensors: Object.fromEntries(tensors), metadata: rest };
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

type Fail = (what: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  if (bytes[0] !== '{'.charCodeAt(0)) fail('its header does not begin with "{"');
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Record<
      string,
      unknown
    >;
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      return fail(`its header at character ${error.position}: ${error.message}`);
    return fail('its header is not UTF-8');
  }
}

function checkMetadata(metadata: unknown, fail: Fail): Record<string, string> {
  if (!isRecord(metadata) || Object.values(metadata).some(value => typeof value !== 'string')) {
    return fail('its metadata are not strings by name');
  }
  return metadata as Record<string, string>;
}

interface TensorInfo {
  readonly name: string;
  readonly code: Code;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

function checkEntry(name: string, entry: unknown, where: string, fail: Fail): TensorInfo {
  if (!isRecord(entry)) return fail(`the entry of "${name}" is not an object`);
  const { dtype: code, shape, data_offsets: offsets, ...others } = entry;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) fail(`"${name}" has the unknown entry "${unknown}"`);
  if (!isSizes(shape)) return fail(`the shape of "${name}" is not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2)
    return fail(`the data_offsets of "${name}" are not two positions`);
  if (typeof code !== 'string') return fail(`the dtype of "${name}" is not a string`);
  if (!isCode(code)) {
    throw new UserError(
      `${where}: "${name}" has type ${code}; only ${Object.keys(FORMATS).join(', ')} are read: convert it first`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const expected = elementCount(shape) * FORMATS[code].view.BYTES_PER_ELEMENT;
  if (end - begin !== expected)
    fail(`"${name}", ${code} [${shape}], has ${end - begin} bytes, not ${expected}`);
  return { name, code, shape, begin, end };
}

function verifyHash(file: Uint8Array, dataStart: number, metadata: Record<string, string>, fail: Fail): void {
  const hash = metadata[HASH_KEY];
  if (hash === undefined && metadata[HASH_NOTE_KEY] === undefined) return;
  if (hash === undefined || !/^[0-9a-f]{64}$/.test(hash) || metadata[HASH_NOTE_KEY] !== HASH_NOTE) {
    fail('the sha256 in its metadata is damaged');
  }
  const position = hashPosition(file, dataStart, hash);
  const actual = sha256(file.subarray(0, position), NO_HASH, file.subarray(position + hash.length));
  if (position < 0 || actual !== hash)
    fail('its content does not have the sha256 in its metadata: it was damaged or changed');
}

/** Where the digits of the hash stand. Quotes within strings are escaped, so only the entry itself matches. */
function hashPosition(file: Uint8Array, dataStart: number, hash: string): number {
  const prefix = `"${HASH_KEY}":"`;
  // A character for each byte.
  const head = new TextDecoder('latin1').decode(file.subarray(0, dataStart));
  const found = head.indexOf(`${prefix}${hash}"`);
  return found < 0 ? -1 : found + prefix.length;
}

function isCode(code: string): code is Code {
  return Object.hasOwn(FORMATS, code);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(size => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
