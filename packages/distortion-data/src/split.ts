// Which images to take, and which of them to hold out: seeded, and in every stratum alike.

import { randomStream } from '@blind-demod/arrays';

/** Indices into all images of a family. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** `count` of the images, each stratum in its proportion (the largest remainders get what rounding leaves). */
export function stratifiedSample(labels: Int32Array, count: number, seed: number): Int32Array {
  const strata = shuffledStrata(labels, seed, 'sample').map(({ indices }) => {
    const share = (indices.length * count) / labels.length;
    return { indices, whole: Math.floor(share), remainder: share - Math.floor(share) };
  });
  const left = count - strata.reduce((sum, { whole }) => sum + whole, 0);
  return Int32Array.from(
    strata
      .sort((a, b) => b.remainder - a.remainder)
      .flatMap(({ indices, whole }, rank) => indices.slice(0, whole + (rank < left ? 1 : 0))),
  ).sort();
}

/**
 * Divides the images into training and test images, both in random order; of n images of a stratum,
 * round(n · testFraction) become test images. Images of equal fingerprint are copies: where a copy of a test
 * image is among the training images, it goes there too.
 */
export function stratifiedSplit(
  images: { labels: Int32Array; fingerprints: readonly string[] },
  testFraction: number,
  seed: number,
): Split {
  const strata = shuffledStrata(images.labels, seed, 'split').map(({ indices }) => {
    const held = Math.round(indices.length * testFraction);
    return { test: indices.slice(0, held), train: indices.slice(held) };
  });
  const train = strata.flatMap(stratum => stratum.train);
  const test = strata.flatMap(stratum => stratum.test);
  const trained = new Set(train.map(index => images.fingerprints[index]));
  const isCopy = (index: number) => trained.has(images.fingerprints[index]);
  return {
    train: shuffled([...train, ...test.filter(isCopy)], seed, 'train order'),
    test: shuffled(
      test.filter(index => !isCopy(index)),
      seed,
      'test order',
    ),
  };
}

/** The indices of each label's images, shuffled, in the order of the labels. */
function shuffledStrata(labels: Int32Array, seed: number, purpose: string): { indices: number[] }[] {
  const strata = new Map<number, number[]>();
  for (const [index, label] of labels.entries()) {
    const stratum = strata.get(label) ?? [];
    strata.set(label, stratum);
    stratum.push(index);
  }
  return [...strata]
    .sort(([a], [b]) => a - b)
    .map(([label, indices]) => ({ indices: [...shuffled(indices, seed, purpose, label)] }));
}

function shuffled(indices: number[], seed: number, ...name: (string | number)[]): Int32Array {
  return randomStream(seed, ...name)
    .permutation(indices.length)
    .map(place => indices[place]!);
}
