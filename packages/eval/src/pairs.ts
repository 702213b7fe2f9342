// Which test images are multiplied with which test distortions.
import { type Factor, randomStream, UserError } from '@blind-demod/arrays';
import type { ImageSet } from '@blind-demod/distortion-data';

/** The test images of both factors. */
export type TestImages = Readonly<Record<Factor, ImageSet>>;

/** Positions in the two test sets. */
export interface Pair {
  readonly signal: number;
  readonly distortion: number;
}

/**
 * The first `count` of a seeded list of pairs of test images; 'all' takes every test image of the signal
 * once. The i-th pair does not depend on how many are asked for. Distortions come round again when they are
 * used up.
 *
 * @throws UserError when there are fewer test images of the signal.
 */
export function heldOutPairs(seed: number, tests: TestImages, count: number | 'all'): Pair[] {
  const [available, distortionCount] = [tests.signal, tests.distortion].map(({ labels }) => labels.length);
  const wanted = count === 'all' ? available! : count;
  if (wanted > available!) {
    throw new UserError(
      `${wanted} images to evaluate, but there are only ${available} test images; ask for fewer, or for "all"`,
    );
  }
  const stream = randomStream(seed, 'evaluation', 'pairs');
  const signals = stream.permutation(available!);
  const distortions = stream.permutation(distortionCount!);
  return Array.from({ length: wanted }, (_, index) => ({
    signal: signals[index]!,
    distortion: distortions[index % distortions.length]!,
  }));
}
