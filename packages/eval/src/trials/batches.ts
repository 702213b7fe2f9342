// Pairs in batches, which are computed at once.
import { type ByFactor, byFactor, type Float32NdArray, float32, takeRows, times } from '@blind-demod/arrays';
import type { ImageSet } from '@blind-demod/distortion-data';
import type { Pair } from './pairs.js';

export interface Batch {
  readonly index: number;
  /** Number of its first pair. */
  readonly first: number;
  readonly pairs: readonly Pair[];
  /** Whether it has as many pairs as a batch can have. */
  readonly isFull: boolean;
}

export function inBatches(pairs: readonly Pair[], batchSize: number): Batch[] {
  return Array.from({ length: Math.ceil(pairs.length / batchSize) }, (_, index) => {
    const first = index * batchSize;
    const some = pairs.slice(first, first + batchSize);
    return { index, first, pairs: some, isFull: some.length === batchSize };
  });
}

export function countPairs(batches: readonly Batch[]): number {
  return batches.reduce((count, { pairs }) => count + pairs.length, 0);
}

/** Both factors of n pairs and their product, each [n, channels, size, size]. */
export interface Observations extends ByFactor<Float32NdArray> {
  readonly observation: Float32NdArray;
}

/** The pairs' images, and y = w ⊙ x. */
export function observe(images: ByFactor<ImageSet>, pairs: readonly Pair[]): Observations {
  const { signal, distortion } = byFactor(factor =>
    takeRows(
      images[factor].pixels,
      pairs.map(pair => pair[factor]),
    ),
  );
  return { signal, distortion, observation: float32(signal.shape, times(signal.data, distortion.data)) };
}

/** The share `index`, from 1 to `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The batches of a shard, dealt out in turn. Whole batches of the undivided evaluation: among other neighbours a
 * pair's result may differ in its last bits.
 */
export function batchesOf<B extends Pick<Batch, 'index'>>(
  { index, count }: Shard,
  batches: readonly B[],
): B[] {
  return batches.filter(batch => batch.index % count === index - 1);
}
