// What an encoder is trained on, batch by batch: products of training images, as they may be seen. The same seed and step
// always give the same.

import {
  type ByFactor,
  type Float32NdArray,
  float32,
  type RandomStream,
  randomStream,
  rowOf,
} from '@blind-demod/arrays';
import type { ImageSet } from '@blind-demod/distortion-data';

/** Products in a batch. */
const BATCH = 64;

/** Images of both factors, and what is seen of their products: [n, channels, size, size] each. */
export interface EncoderExamples<T> {
  readonly signal: T;
  readonly distortion: T;
  readonly observation: T;
  readonly observed: T;
}

/** @param noise many standard normal numbers: a product's noise begins anywhere in them, as drawing is dear. */
export function encoderExamples(
  images: ByFactor<ImageSet>,
  { seed, step, noise }: { seed: number; step: number; noise: Float32Array },
): EncoderExamples<Float32NdArray> {
  const random = randomStream(seed, 'encoder', 'examples', step);
  const [, ...shape] = images.signal.pixels.shape;
  const size = shape.reduce((a, b) => a * b, 1);
  const empty = () => float32([BATCH, ...shape], new Float32Array(BATCH * size));
  const examples = { signal: empty(), distortion: empty(), observation: empty(), observed: empty() };
  for (let row = 0; row < BATCH; row++) {
    const one = ({ pixels }: ImageSet) => rowOf(pixels, random.integer(pixels.shape[0]!));
    const [signal, distortion] = [one(images.signal), one(images.distortion)];
    const at = row * size;
    examples.signal.data.set(signal, at);
    examples.distortion.data.set(distortion, at);
    const start = random.integer(noise.length - size);
    const isSeen = camera(random);
    for (let i = 0; i < size; i++) {
      const seen = isSeen(signal[i]! * distortion[i]!, noise[start + i]!);
      if (seen === undefined) continue;
      examples.observation.data[at + i] = seen;
      examples.observed.data[at + i] = 1;
    }
  }
  return examples;
}

/** How one picture is taken: the value of a pixel, or undefined where it is missing or cut off. */
function camera(random: RandomStream): (product: number, noise: number) => number | undefined {
  const within = (low: number, high: number) => low + (high - low) * random.uniform();
  const sometimes = (share: number, value: () => number, otherwise: number) =>
    random.uniform() < share ? value() : otherwise;
  const deviation = sometimes(0.5, () => Math.exp(within(Math.log(0.003), Math.log(0.15))), 0);
  const missing = sometimes(0.25, () => within(0, 0.5), 0);
  const exposure = sometimes(0.2, () => within(1, 2.5), 1); // the network sees no other scale
  const blackLevel = sometimes(0.15, () => within(0, 0.1), 0);
  return (product, noise) => {
    const light = exposure * product + blackLevel;
    const isCut = exposure > 1 && light > 1;
    return isCut || (missing > 0 && random.uniform() < missing) ? undefined : light + deviation * noise;
  };
}
