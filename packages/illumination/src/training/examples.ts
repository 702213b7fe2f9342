// What the network is trained on, batch by batch: the same seed and step always give the same.

import { chosen, float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { TERMS } from '../basis.js';
import { SIDE } from '../encoder.js';
import { type Bank, drawExample } from './bank.js';
import type { Examples } from './train-encoder.js';

/** Pictures in a batch. */
const BATCH = 64;
/** How often they are put into which series: so many of each length. */
const BATCHES: readonly (readonly [number, readonly (readonly [count: number, length: number])[]])[] = [
  [
    0.7,
    [
      [16, 1],
      [4, 2],
      [4, 4],
      [1, 8],
      [1, 16],
    ],
  ],
  [
    0.22,
    [
      [16, 1],
      [4, 2],
      [2, 4],
      [1, 32],
    ],
  ],
  [
    0.08,
    [
      [16, 1],
      [1, 48],
    ],
  ],
];
const SERIES = Math.max(...BATCHES.map(([, series]) => series.reduce((sum, [count]) => sum + count, 0)));

/** Series of pictures, each under a light of its own. */
export function examplesOf(bank: Bank, seed: number, step: number): Examples<NdArray> {
  const random = randomStream(seed, 'series', step);
  const pictures = new Float32Array(BATCH * SIDE * SIDE);
  const members = new Float32Array(SERIES * BATCH);
  const [known, left] = [0, 0].map(() => new Float32Array(SERIES * TERMS.length)) as [
    Float32Array,
    Float32Array,
  ];
  const weights = new Float32Array(SERIES);
  let [row, first] = [0, 0];
  for (const [count, length] of chosen(BATCHES, random)) {
    for (let i = 0; i < count; i++) {
      const example = drawExample(bank, length, random);
      for (const [index, picture] of example.pictures.entries()) {
        pictures.set(picture, (first + index) * SIDE * SIDE);
        members[row * BATCH + first + index] = 1;
      }
      known.set(example.known, row * TERMS.length);
      left.set(example.left, row * TERMS.length);
      weights[row] = Math.sqrt(length); // errors of long series are small, and are to be smaller
      row++;
      first += length;
    }
  }
  const sum = weights.reduce((a, b) => a + b, 0);
  return {
    pictures: float32([BATCH, 1, SIDE, SIDE], pictures),
    members: float32([SERIES, BATCH], members),
    known: float32([SERIES, TERMS.length], known),
    left: float32([SERIES, TERMS.length], left),
    weights: float32(
      [SERIES],
      weights.map(weight => weight / sum),
    ),
  };
}
