// Which images are multiplied with which distortions.
import { type ByFactor, randomStream, UserError } from '@blind-demod/arrays';
import type { ImageSet } from '@blind-demod/distortion-data';

/** Positions in the two sets of images. */
export type Pair = ByFactor<number>;

/**
 * The first `count` of a seeded list of pairs of these images; 'all' takes every image of the signal once. The i-th
 * pair does not depend on how many are asked for. Distortions come round again when they are used up.
 *
 * @throws UserError when there are fewer images of the signal.
 */
export function drawPairs(seed: number, images: ByFactor<ImageSet>, count: number | 'all'): Pair[] {
  const [available, distortionCount] = [images.signal, images.distortion].map(({ labels }) => labels.length);
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
