// The pairs to evaluate, cut into batches that are solved at once.
import { type Factor, type Float32NdArray, float32, takeRows, times } from '@blind-demod/arrays';
import type { Pair, TestImages } from './pairs.js';

export interface Batch {
  readonly index: number;
  /** Number of its first pair. */
  readonly first: number;
  readonly pairs: readonly Pair[];
}

export function inBatches(pairs: readonly Pair[], batchSize: number): Batch[] {
  return Array.from({ length: Math.ceil(pairs.length / batchSize) }, (_, index) => {
    const first = index * batchSize;
    return { index, first, pairs: pairs.slice(first, first + batchSize) };
  });
}

export function countPairs(batches: readonly Batch[]): number {
  return batches.reduce((count, { pairs }) => count + pairs.length, 0);
}

/** Both factors of n pairs and their product, each [n, channels, size, size]. */
export interface Observations extends Record<Factor, Float32NdArray> {
  readonly observation: Float32NdArray;
}

/** The pairs' images, and y = w ⊙ x. */
export function observe(tests: TestImages, pairs: readonly Pair[]): Observations {
  const ofPairs = (factor: Factor) =>
    takeRows(
      tests[factor].pixels,
      pairs.map(pair => pair[factor]),
    );
  const [signal, distortion] = [ofPairs('signal'), ofPairs('distortion')];
  return { signal, distortion, observation: float32(signal.shape, times(signal.data, distortion.data)) };
}
