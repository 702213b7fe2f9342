// Typed arrays are equal for `toEqual` as they are to vitest, number by number, but without its list of their keys, which for
// images takes longer than what is tested.
import { expect } from 'vitest';

type Typed = Float32Array | Float64Array | Int32Array | Uint8Array;

const isTyped = (value: unknown): value is Typed => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Of equal length and numbers; undefined for what vitest is to compare. */
const haveEqualNumbers = (a: unknown, b: unknown): boolean | undefined =>
  isTyped(a) && isTyped(b) && a.constructor === b.constructor
    ? a.length === b.length && a.every((value, index) => Object.is(value, b[index]))
    : undefined;

// This file is run before each file of tests, of which some share a process; it is told once.
const process = globalThis as { toldOfTypedArrays?: true };
if (!process.toldOfTypedArrays) expect.addEqualityTesters([haveEqualNumbers]);
process.toldOfTypedArrays = true;
