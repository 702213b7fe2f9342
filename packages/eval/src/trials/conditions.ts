// Under what conditions a method recovers a pair: noise, missing pixels, exposures, and pictures of one light.
import { type Float32NdArray, float32, randomStream, UserError } from '@blind-demod/arrays';
import type { Named, Observed } from '../methods/method.js';
import type { Observations } from './batches.js';
import type { Pair } from './pairs.js';

export interface Condition extends Named {
  /** Standard deviation of the Gaussian noise that is added to y, of the range; not clipped. */
  readonly noise: number;
  /** The fraction of pixels that are not observed, in [0, 1). */
  readonly missing: number;
  /** s: y is seen as s·y, before noise; what is brighter than 1 is missing, as a file would have clipped it. 1 when absent. */
  readonly exposure?: number;
  /** How many pairs, one after the other, have the distortion of the first of them, and are recovered together. 1 when absent. */
  readonly group?: number;
}

export const CLEAN: Condition = { name: 'clean', title: 'clean', noise: 0, missing: 0 };

export const CONDITIONS: readonly Condition[] = [
  CLEAN,
  { name: 'noise-1', title: 'noise 0.01', noise: 0.01, missing: 0 },
  { name: 'noise-5', title: 'noise 0.05', noise: 0.05, missing: 0 },
  { name: 'noise-10', title: 'noise 0.1', noise: 0.1, missing: 0 },
  { name: 'missing-30', title: '30 % missing', noise: 0, missing: 0.3 },
];

const exposed = (exposure: number): Condition => ({
  ...CLEAN,
  name: `exposure-${100 * exposure}`,
  title: `exposure × ${exposure}`,
  exposure,
});

const shared = (group: number, of: Condition = CLEAN): Condition => ({
  ...of,
  name: of === CLEAN ? `shared-${group}` : `shared-${group}-${of.name}`,
  title: of === CLEAN ? `one light over ${group}` : `one light over ${group}, ${of.title}`,
  group,
});

const NOISE = CONDITIONS.find(({ noise }) => noise === 0.05)!;
const GROUPS = [2, 4, 8, 16];

/** Those that are asked for by name alone. */
export const MORE_CONDITIONS: readonly Condition[] = [
  ...[0.1, 0.25, 0.5, 2].map(exposed),
  ...GROUPS.map(group => shared(group)),
  ...GROUPS.map(group => shared(group, NOISE)),
];

/** The pairs under a condition. @throws UserError where they do not make whole groups */
export function pairsUnder({ group = 1, title }: Condition, pairs: readonly Pair[]): Pair[] {
  if (pairs.length % group !== 0) {
    throw new UserError(
      `${title}: ${pairs.length} pairs do not make whole groups; ask for a multiple of ${group}`,
    );
  }
  return pairs.map(({ signal }, index) => ({
    signal,
    distortion: pairs[index - (index % group)]!.distortion,
  }));
}

/**
 * What a method is given of n pairs, of which the first has the number `first`. What is missing is 0. Noise and missing pixels of a pair
 * depend on the seed and its number alone; noise of another strength is the same noise, scaled, so that conditions
 * differ in nothing else.
 */
export function observedUnder(
  { noise, missing, exposure = 1, group = 1 }: Omit<Condition, keyof Named>,
  { observation: product, distortion }: Observations,
  { seed, first }: { seed: number; first: number },
): Observed {
  const { shape } = product;
  const light = product.data.map(value => exposure * value);
  const kept = missing === 0 ? undefined : masks(shape, missing, { seed, first });
  const observed = exposure <= 1 ? kept : withoutClipped(light, kept, shape);
  const added = noise === 0 ? undefined : normals(shape, { seed, first });
  const data = light.map((value, i) => (observed?.data[i] === 0 ? 0 : value + noise * (added?.[i] ?? 0)));
  return {
    observation: float32(shape, data),
    ...(observed && { observed }),
    ...(group > 1 && { group }),
    first,
    trueDistortion: distortion,
  };
}

/** A mask with 0 also where there is more light than a file can tell. */
const withoutClipped = (light: Float32Array, mask: Float32NdArray | undefined, shape: readonly number[]) =>
  float32(
    shape,
    light.map((value, i) => (value > 1 || mask?.data[i] === 0 ? 0 : 1)),
  );

/** Standard normal numbers, like the observations. */
function normals(shape: readonly number[], { seed, first }: { seed: number; first: number }): Float32Array {
  const [count = 0, ...image] = shape;
  const values = image.reduce((product, length) => product * length, 1);
  const data = new Float32Array(count * values);
  for (let pair = 0; pair < count; pair++) {
    data.set(randomStream(seed, 'comparison', 'noise', first + pair).normals(values), pair * values);
  }
  return data;
}

/** 0 at the asked share of each image's pixels, in all of its channels, and 1 elsewhere. */
function masks(
  shape: readonly number[],
  missing: number,
  { seed, first }: { seed: number; first: number },
): Float32NdArray {
  const [count = 0, channels = 1, height = 1, width = 1] = shape;
  const pixels = height * width;
  const mask = float32(shape, new Float32Array(count * channels * pixels).fill(1));
  for (let pair = 0; pair < count; pair++) {
    const order = randomStream(seed, 'comparison', 'missing', first + pair).permutation(pixels);
    for (const pixel of order.subarray(0, Math.round(missing * pixels))) {
      for (let channel = 0; channel < channels; channel++) {
        mask.data[(pair * channels + channel) * pixels + pixel] = 0;
      }
    }
  }
  return mask;
}
