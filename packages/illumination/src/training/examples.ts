// What the network is trained on, batch by batch: the same seed and step always give the same.

import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { TERMS } from '../basis.js';
import { SIDE } from '../encoder.js';
import { type Bank, drawExample } from './bank.js';
import type { Examples } from './train-encoder.js';

/** Pictures in a batch. */
const BATCH = 64;

/** Pictures, each under a light of its own. */
export function examplesOf(bank: Bank, seed: number, step: number): Examples<NdArray> {
  const random = randomStream(seed, 'singles', step);
  const pictures = new Float32Array(BATCH * SIDE * SIDE);
  const truth = new Float32Array(BATCH * TERMS.length);
  for (let index = 0; index < BATCH; index++) {
    const example = drawExample(bank, random);
    pictures.set(example.picture, index * SIDE * SIDE);
    truth.set(example.truth, index * TERMS.length);
  }
  return {
    pictures: float32([BATCH, 1, SIDE, SIDE], pictures),
    truth: float32([BATCH, TERMS.length], truth),
  };
}
