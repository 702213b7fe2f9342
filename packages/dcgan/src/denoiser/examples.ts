// What a denoiser is trained on: products of training images as a camera has them, and what the solver makes of each.
import {
  type ByFactor,
  type Float32NdArray,
  float32,
  imageAt,
  type RandomStream,
  randomStream,
  stackRows,
  takeRows,
} from '@blind-demod/arrays';
import { type Encoder, type Priors, type SolverSettings, solve } from '@blind-demod/demod-core';
import type { Device } from '@blind-demod/jit';

/** Of n pairs, [n, channels, height, width] where not said otherwise; at an exposure of 1 and a black level of 0, as they were found. */
export interface Examples {
  /** The product, without noise. */
  readonly light: Float32NdArray;
  /** The standard deviation of the noise, [n, 1, 1, 1]. */
  readonly noise: Float32NdArray;
  readonly observed: Float32NdArray;
  /** The generators' images that were found, with noise. */
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  /** The true signal, at the scale at which its product with the distortion that was found is the true product. */
  readonly truth: Float32NdArray;
}

/** Pictures without noise, of all; the others have from the least to the most of the range, as often each size. */
const CLEAN = 0.15;
const NOISE = { least: 0.003, most: 0.15 };
/** Pictures of which pixels are missing, of all, and how many at most; and as many whose brightest are cut off. */
const SPOILED = 0.25;
const MISSING = 0.5;
/** The exposure of those cut off, at most. */
const BRIGHTEST = 2.5;
/** A pair whose scale is further off was not recovered: it would teach nothing. */
const WORST_SCALE = 1.5;

/** What examples are made of. */
export interface ExampleSource {
  readonly priors: Priors;
  /** Where the solver's starts are learned. */
  readonly encoder?: Encoder | undefined;
  /** Of training, [n, channels, height, width] each. */
  readonly images: ByFactor<Float32NdArray>;
  readonly solver: SolverSettings;
  readonly seed: number;
  readonly device: Device;
}

/**
 * `count` pairs of training images, spoiled by noise, gaps or too much light, and solved from one start. They depend on the
 * seed and on `first`, the number of the first of them.
 *
 * @returns as many or fewer: those that were not recovered are left out.
 */
export async function makeExamples(
  { priors, encoder, images, solver, seed, device }: ExampleSource,
  { first, count }: { first: number; count: number },
): Promise<Examples> {
  const random = randomStream(seed, 'denoiser', 'examples', first);
  const some = (of: Float32NdArray) =>
    takeRows(
      of,
      Array.from({ length: count }, () => random.integer(of.shape[0]!)),
    );
  const [w, x] = [some(images.signal), some(images.distortion)];
  const { light, noise, observed } = photographed(w, x, random);
  const observation = withNoise({ light, noise, observed }, random);
  const found = await solve(...priors, observation, {
    ...{ encoder, settings: { ...solver, restarts: 1 }, seed, device, first, observed },
  });

  const pixels = light.data.length / count;
  const truth = w.data.slice();
  const atUnit = light.data.slice();
  const recovered = Array.from({ length: count }, (_, row) => row).filter(row => {
    const [exposure, blackLevel] = [found.exposure[row]!, found.blackLevel[row]!];
    noise.data[row]! /= exposure;
    let [products, squares] = [0, 0];
    for (let i = row * pixels; i < (row + 1) * pixels; i++) {
      atUnit[i] = (light.data[i]! - blackLevel) / exposure;
      const expected = w.data[i]! * found.distortion.data[i]!;
      products += (expected * light.data[i]!) / exposure;
      squares += expected ** 2;
    }
    const scale = products / squares;
    for (let i = row * pixels; i < (row + 1) * pixels; i++) truth[i]! *= scale;
    return scale < WORST_SCALE && scale > 1 / WORST_SCALE;
  });
  const all: Examples = {
    ...{ light: float32(light.shape, atUnit), noise, observed, truth: float32(w.shape, truth) },
    ...{ signal: found.signal, distortion: found.distortion },
  };
  return takeExamples(all, recovered);
}

/** Products as a camera would have them, without noise: how much each has, and what is missing or cut off. */
function photographed(
  w: Float32NdArray,
  x: Float32NdArray,
  random: RandomStream,
): Pick<Examples, 'light' | 'noise' | 'observed'> {
  const count = w.shape[0]!;
  const pixels = w.data.length / count;
  const light = x.data.map((value, i) => value * w.data[i]!);
  const [observed, noise] = [new Float32Array(light.length), new Float32Array(count)];
  for (let row = 0; row < count; row++) {
    noise[row] = random.uniform() < CLEAN ? 0 : NOISE.least * (NOISE.most / NOISE.least) ** random.uniform();
    const kind = random.uniform();
    const missing = kind < SPOILED ? MISSING * random.uniform() : 0;
    const exposure = kind > 1 - SPOILED ? 1 + (BRIGHTEST - 1) * random.uniform() : 1;
    for (let i = row * pixels; i < (row + 1) * pixels; i++) {
      light[i]! *= exposure;
      observed[i] = random.uniform() < missing || light[i]! > 1 ? 0 : 1;
    }
  }
  return {
    light: float32(w.shape, light),
    noise: float32([count, 1, 1, 1], noise),
    observed: float32(w.shape, observed),
  };
}

/** The pictures of examples, with noise drawn anew; 0 where nothing was observed. */
export function withNoise(
  { light, noise, observed }: Pick<Examples, 'light' | 'noise' | 'observed'>,
  random: RandomStream,
): Float32NdArray {
  const pixels = light.data.length / light.shape[0]!;
  const draws = random.normals(light.data.length);
  return float32(
    light.shape,
    light.data.map(
      (value, i) => observed.data[i]! * (value + noise.data[Math.floor(i / pixels)]! * draws[i]!),
    ),
  );
}

/** Some of the examples. */
export const takeExamples = (examples: Examples, rows: ArrayLike<number>): Examples => {
  const taken = Object.entries(examples).map(([name, array]) => [name, takeRows(array, Array.from(rows))]);
  return Object.fromEntries(taken);
};

/** Examples one after the other. */
export function joinExamples(parts: readonly Examples[]): Examples {
  const names = Object.keys(parts[0]!) as (keyof Examples)[];
  const joined = names.map(name => {
    const rows = parts.flatMap(part =>
      Array.from({ length: part[name].shape[0]! }, (_, row) => imageAt(part[name], row).data),
    );
    return [name, stackRows(rows, parts[0]![name].shape.slice(1))];
  });
  return Object.fromEntries(joined);
}
