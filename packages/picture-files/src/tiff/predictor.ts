// The differences that a TIFF may hold instead of its numbers (TIFF 6.0, section 14, and Adobe's Technical Note 3), summed
// up and taken.

import { bytesOf, rawBytes, type SampleArray, type SampleType, samplesOf } from '../samples.js';

/** 1: none; 2: each number less the one to its left; 3: the same of a float's bytes, sorted by significance. */
export type Predictor = 1 | 2 | 3;

/** What rows are: so many numbers, the one to the left of a number being `step` before it. */
export interface Rows {
  readonly length: number;
  readonly step: number;
}

/** Sums the differences of whole numbers up, in place. */
export function undoDifferences(samples: SampleArray, { length, step }: Rows): void {
  for (let row = 0; row + length <= samples.length; row += length) {
    for (let at = row + step; at < row + length; at++) samples[at] = samples[at]! + samples[at - step]!;
  }
}

/** Takes the differences of whole numbers, in place. */
export function takeDifferences(samples: SampleArray, { length, step }: Rows): void {
  for (let row = 0; row + length <= samples.length; row += length) {
    for (let at = row + length - 1; at >= row + step; at--) samples[at] = samples[at]! - samples[at - step]!;
  }
}

/** Floats from the summed bytes of their rows, the most significant first whatever the file's byte order. */
export function undoFloatDifferences(bytes: Buffer, type: SampleType, { length, step }: Rows): SampleArray {
  const size = bytesOf(type);
  const out = samplesOf(type, Buffer.alloc(bytes.length));
  const outBytes = rawBytes(out);
  for (let row = 0; row + length * size <= bytes.length; row += length * size) {
    for (let at = row + step; at < row + length * size; at++) bytes[at] = bytes[at]! + bytes[at - step]!;
    for (let index = 0; index < length; index++) {
      for (let byte = 0; byte < size; byte++) {
        outBytes[row + index * size + (size - 1 - byte)] = bytes[row + byte * length + index]!;
      }
    }
  }
  return out;
}
