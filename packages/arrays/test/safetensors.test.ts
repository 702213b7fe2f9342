import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type NdArray, UserError } from '../src/index.js';

/** A file by hand: length, header, data. */
function file(header: string | object, data: number[] = []): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Uint8Array.from(data)]);
}

const u8 = (offsets: unknown, shape: unknown = [2]) => ({ dtype: 'U8', shape, data_offsets: offsets });
const decode = (bytes: Uint8Array) => decodeSafetensors(bytes, 'w.safetensors');

const array: fc.Arbitrary<NdArray> = fc
  .tuple(
    fc.constantFrom('float32', 'int32', 'uint8', 'bool'),
    fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
    fc.nat(),
  )
  .map(([dtype, shape, seed]): NdArray => {
    const count = shape.reduce((product, length) => product * length, 1);
    const bytes = createHash('shake128', { outputLength: 4 * count })
      .update(String(seed))
      .digest();
    const fresh = Uint8Array.from(bytes);
    if (dtype === 'float32') return { dtype, shape, data: new Float32Array(fresh.buffer) };
    if (dtype === 'int32') return { dtype, shape, data: new Int32Array(fresh.buffer) };
    return {
      dtype,
      shape,
      data: fresh.slice(0, count).map(value => (dtype === 'bool' ? value & 1 : value)),
    } as NdArray;
  });
const name = fc.string({ unit: 'binary', maxLength: 10 }).filter(text => text !== '__metadata__');
const tensors = fc.dictionary(name, array, { maxKeys: 5, noNullPrototype: true });
const metadata = fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ unit: 'binary', maxLength: 10 }), {
  maxKeys: 3,
  noNullPrototype: true,
});

const bytesOf = ({ data }: NdArray) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe('encodeSafetensors', () => {
  test('lays bytes out as the format says', () => {
    const bytes = encodeSafetensors(
      {
        flags: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
        weight: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, -2) },
        scalar: { dtype: 'int32', shape: [], data: Int32Array.of(258) },
      },
      { note: 'by hand' },
    );
    const zeros = '0'.repeat(64);
    const header = (hash: string) =>
      '{"__metadata__":{"note":"by hand",' +
      `"sha256":"${hash}","sha256-of":"this file with the 64 digits of sha256 replaced by zeros"},` +
      '"scalar":{"dtype":"I32","shape":[],"data_offsets":[0,4]},' +
      '"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]},' +
      '"flags":{"dtype":"BOOL","shape":[3],"data_offsets":[12,15]}}';
    const data = [2, 1, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 0, 1];
    // Padded with spaces, so that the data begin at a multiple of 8.
    const padded = (hash: string) => header(hash).padEnd(Math.ceil(header(hash).length / 8) * 8);
    const hash = createHash('sha256')
      .update(file(padded(zeros), data))
      .digest('hex');
    expect(Buffer.from(bytes)).toEqual(Buffer.from(file(padded(hash), data)));
  });

  test('does not depend on the order of the tensors', () => {
    const a: NdArray = { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) };
    const b: NdArray = { dtype: 'float32', shape: [1], data: Float32Array.of(1) };
    expect(encodeSafetensors({ a, b, c: b })).toEqual(encodeSafetensors({ c: b, b, a }));
  });

  test('refuses an array whose shape and data disagree', () => {
    const data = Float32Array.of(1, 2, 3);
    expect(() => encodeSafetensors({ x: { dtype: 'float32', shape: [2], data } })).toThrow(TypeError);
    expect(() => encodeSafetensors({ x: { dtype: 'int32', shape: [3], data } })).toThrow(TypeError);
    expect(() => encodeSafetensors({ __metadata__: { dtype: 'float32', shape: [3], data } })).toThrow(
      TypeError,
    );
  });
});

describe('decodeSafetensors', () => {
  test('reads back what was written, bit for bit, at any alignment', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat({ max: 7 }), (tensors, metadata, shift) => {
        const encoded = encodeSafetensors(tensors, metadata);
        const shifted = new Uint8Array(encoded.length + shift).subarray(shift);
        shifted.set(encoded);
        const decoded = decode(shifted);
        expect(decoded.metadata).toEqual(metadata);
        expect(Object.keys(decoded.tensors).sort()).toEqual(Object.keys(tensors).sort());
        for (const [name, tensor] of Object.entries(tensors)) {
          expect(decoded.tensors[name]).toMatchObject({ dtype: tensor.dtype, shape: tensor.shape });
          expect(bytesOf(decoded.tensors[name]!).equals(bytesOf(tensor))).toBe(true);
        }
      }),
    );
  });

  test('notices a file cut short at any byte', () => {
    fc.assert(
      fc.property(
        tensors,
        metadata,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tensors, metadata, part) => {
          const encoded = encodeSafetensors(tensors, metadata);
          const kept = Math.min(encoded.length - 1, Math.floor(part * encoded.length));
          expect(() => decode(encoded.subarray(0, kept))).toThrow(UserError);
        },
      ),
    );
  });

  test('notices any single flipped bit', () => {
    const encoded = encodeSafetensors(
      {
        'layer.weight': { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
        mask: { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) },
        blank: { dtype: 'uint8', shape: [9], data: new Uint8Array(9).fill(0x20) },
      },
      { note: 'control \x1f and lone \ud800' },
    );
    for (let bit = 0; bit < 8 * encoded.length; bit++) {
      const damaged = Uint8Array.from(encoded);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decode(damaged), `bit ${bit & 7} of byte ${bit >> 3}`).toThrow(UserError);
    }
  });

  test('notices a flipped bit in any file', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat(), (tensors, metadata, where) => {
        const damaged = Uint8Array.from(encodeSafetensors(tensors, metadata));
        const bit = where % (8 * damaged.length);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => decode(damaged)).toThrow(UserError);
      }),
      { numRuns: 500 },
    );
  });

  test('reads half precision back as float32, rounded', () => {
    const weight: NdArray = { dtype: 'float32', shape: [3], data: Float32Array.of(1, 1 / 3, -65504) };
    const steps: NdArray = { dtype: 'int32', shape: [1], data: Int32Array.of(70000) };
    const encoded = encodeSafetensors({ steps, weight }, {}, { float32As: 'F16' });
    const { tensors } = decode(encoded);
    expect(tensors.steps).toEqual(steps);
    expect(tensors.weight).toEqual({ ...weight, data: Float32Array.of(1, 0.333251953125, -65504) });
    // One's 16 bits, behind the wider type.
    expect(Buffer.from(encoded).subarray(-6, -4).toString('hex')).toBe('003c');
  });

  test('throws nothing but UserErrors, whatever the bytes', () => {
    const attempt = (bytes: Uint8Array) => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), attempt));
    fc.assert(
      fc.property(fc.json(), fc.array(fc.nat({ max: 255 })), (header, data) => attempt(file(header, data))),
    );
    const entry = fc.record(
      {
        dtype: fc.constantFrom('U8', 'F32', 'F16', 'F64', 3, null),
        shape: fc.constantFrom([], [1], [-1], [1.5], 'x', [2 ** 53], [2 ** 40, 2 ** 40]),
        data_offsets: fc.constantFrom([0, 1], [1, 0], [0], [0, 4], null, [0, 2 ** 60]),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', '__metadata__'), entry),
        fc.array(fc.nat({ max: 255 })),
        (header, data) => attempt(file(header, data)),
      ),
    );
  });

  test("reads other tools' files: no hash, no metadata, data at odd positions", () => {
    const bytes = file(
      '{"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F32","shape":[],"data_offsets":[1,5]}}  ',
      [1, 0, 0, 0x80, 0x3f],
    );
    const { tensors, metadata } = decode(bytes);
    expect(metadata).toEqual({});
    expect(tensors.f).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(1) });
    expect(tensors.b).toEqual({ dtype: 'bool', shape: [1], data: Uint8Array.of(1) });
    expect(decode(file({ __metadata__: { format: 'pt' } })).metadata).toEqual({ format: 'pt' });
  });

  test.each([
    [
      'overlapping tensors',
      file({ a: u8([0, 2]), b: u8([1, 3]) }, [1, 2, 3]),
      '"b" begins at byte 1 of the data, where 2 was expected',
    ],
    ['a hole', file({ a: u8([0, 2]), b: u8([3, 5]) }, [1, 2, 3, 4, 5]), '"b" begins at byte 3'],
    ['data left over', file({ a: u8([0, 2]) }, [1, 2, 3]), '3 bytes of data, where its header promises 2'],
    ['data missing', file({ a: u8([0, 2]) }, [1]), '1 bytes of data, where its header promises 2'],
    [
      'offsets that do not fit the shape',
      file({ a: u8([0, 3]) }, [1, 2, 3]),
      '"a", U8 [2], has 3 bytes, not 2',
    ],
    ['offsets in the wrong order', file({ a: u8([2, 0]) }, [1, 2]), 'has -2 bytes, not 2'],
    ['a shape whose size overflows', file({ a: u8([0, 0], [2 ** 40, 2 ** 40]) }), 'has 0 bytes, not'],
    ['a negative size', file({ a: u8([0, 2], [-1, -2]) }, [1, 2]), 'the shape of "a"'],
    [
      'a key given twice',
      file(
        '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      ),
      'the key "a" is given twice',
    ],
    [
      'an unknown entry',
      file({ a: { ...u8([0, 2]), strides: [1] } }, [1, 2]),
      '"a" has the unknown entry "strides"',
    ],
    ['metadata that are not strings', file({ __metadata__: { epoch: 3 } }), 'its metadata are not strings'],
    ['a bool that is 2', file({ a: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, [2]), 'not 0 or 1'],
    ['a header that is no object', file('[]'), 'does not begin with "{"'],
    ['a header that is not UTF-8', Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff]), 'not UTF-8'],
    [
      'a header longer than the file',
      Buffer.from([255, 0, 0, 0, 0, 0, 0, 0x80, 0x7b]),
      'may have been cut short',
    ],
    ['no header', Uint8Array.of(1), 'it has 1 bytes only'],
    [
      'a hash without its note',
      file({ __metadata__: { sha256: '0'.repeat(64) } }),
      'the sha256 in its metadata is damaged',
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(UserError);
    expect(() => decode(bytes)).toThrow(message);
    expect(() => decode(bytes)).toThrow(/^w\.safetensors: not a valid safetensors file: /);
  });

  test('says which type it does not read', () => {
    expect(() => decode(file({ w: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] } }, [0, 0]))).toThrow(
      new UserError(
        'w.safetensors: "w" has type BF16; only F32, F16, I32, U8, BOOL are read: convert it first',
      ),
    );
  });
});
