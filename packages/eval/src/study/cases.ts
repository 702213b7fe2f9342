// Pictures to be wrong about: known signals and strangers under known lights, with noise, gaps, and any exposure.
import {
  type ByFactor,
  type Float32NdArray,
  float32,
  imageAt,
  type RandomStream,
  takeRows,
} from '@blind-demod/arrays';
import { STRANGERS } from './strangers.js';

/** Draws a signal, [side × side], and says of what kind it is. */
export type Draw = (random: RandomStream) => { kind: string; image: Float32Array };

export interface Cases {
  readonly kinds: readonly string[];
  readonly truth: ByFactor<Float32NdArray>;
  readonly observation: Float32NdArray;
  readonly observed: Float32NdArray;
}

/** Of all pictures: those without noise, with gaps, and with an exposure that is not 1. The others have noise from LEAST to MOST. */
const SHARES = { clean: 0.4, gaps: 0.2, exposed: 0.3 };
const NOISE = { least: 0.005, most: 0.15 };
const GAPS = 0.5;
const EXPOSURE = { least: 0.1, most: 2 };

/** @param distortions [n, 1, side, side]. */
export function drawCases(
  count: number,
  draw: Draw,
  distortions: Float32NdArray,
  random: RandomStream,
): Cases {
  const [total, , side] = distortions.shape as [number, number, number];
  const pixels = side ** 2;
  const empty = () => float32([count, 1, side, side], new Float32Array(count * pixels));
  const [w, y, observed] = [empty(), empty(), empty()];
  const x = takeRows(
    distortions,
    Array.from({ length: count }, () => random.integer(total)),
  );
  const kinds = Array.from({ length: count }, (_, row) => {
    const { kind, image } = draw(random);
    const noise =
      random.uniform() < SHARES.clean ? 0 : NOISE.least * (NOISE.most / NOISE.least) ** random.uniform();
    const gaps = random.uniform() < SHARES.gaps ? GAPS * random.uniform() : 0;
    const exposure =
      random.uniform() < SHARES.exposed
        ? EXPOSURE.least * (EXPOSURE.most / EXPOSURE.least) ** random.uniform()
        : 1;
    for (const [i, value] of image.entries()) {
      const at = row * pixels + i;
      const light = exposure * value * x.data[at]!;
      w.data[at] = value;
      observed.data[at] = random.uniform() < gaps || light > 1 ? 0 : 1;
      y.data[at] = observed.data[at]! * (light + exposure * noise * random.normal());
    }
    return kind;
  });
  return { kinds, truth: { signal: w, distortion: x }, observation: y, observed };
}

/** Draws one of the known images. */
export const known =
  (images: Float32NdArray, kind: string): Draw =>
  random => ({ kind, image: imageAt(images, random.integer(images.shape[0]!)).data });

/** Draws a known image as often as a stranger of any kind. */
export const knownOrStranger = (images: Float32NdArray): Draw => {
  const side = images.shape.at(-1)!;
  const strangers = Object.entries(STRANGERS);
  return random => {
    const one = () => known(images, 'known')(random).image;
    if (random.uniform() < 0.5) return { kind: 'known', image: one() };
    const [kind, stranger] = strangers[random.integer(strangers.length)]!;
    return { kind, image: stranger(one, random, side) };
  };
};
