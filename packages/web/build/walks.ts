// A walk through what a generator knows: codes to begin at, and the directions along which its images change most.

import { type ByFactor, type Factor, type Float32NdArray, inner, norm, takeRows } from '@blind-demod/arrays';
import { type GenerativePrior, imagesOf, representationError } from '@blind-demod/demod-core';
import { FAMILIES, resizeImages } from '@blind-demod/distortion-data';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { DIRECTIONS } from '../src/state.js';

const device = 'cpu';
const SEED = 1;
const from = { root: '.', seed: SEED };
/** Codes that a walk begins at, and by which its directions are found: of each digit as many. */
const CODES = 40;
/** Turns of the power iteration for each direction; a slider needs no digits. */
const TURNS = 60;

/**
 * Where a walk begins, at the codes of images of the family that the generator was trained on, and where it goes. At drawn
 * codes an autoencoder makes strokes of no sense.
 */
export async function walkOf(
  factor: Factor,
  prior: GenerativePrior,
): Promise<{ starts: number[][]; directions: number[][] }> {
  const n = prior.latentDimension;
  const images = await resizeImages(await EXAMPLES[factor](), prior.imageShape.at(-1)!);
  const { codes } = await representationError(prior, images, {
    starts: 1,
    iterations: 120,
    seed: SEED,
    device,
  });
  const directions = await directionsOf(prior, codes, DIRECTIONS[factor]);
  const rows = Array.from({ length: CODES }, (_, row) => codes.data.subarray(row * n, (row + 1) * n));
  return { starts: rows.map(rounded), directions: directions.map(rounded) };
}

/** JSON of few digits, as a page needs. */
const rounded = (vector: Iterable<number>): number[] => Array.from(vector, value => Number(value.toFixed(3)));

/** The images whose codes walks begin at. */
const EXAMPLES: ByFactor<() => Promise<Float32NdArray>> = {
  // Digit after digit, so that "another" is another digit.
  async signal() {
    const { pixels, labels } = await FAMILIES.mnist.images({ source: 'mnist' }, from);
    const rows = Array.from(
      { length: CODES },
      (_, index) => labels.indexOf(index % 10) + Math.floor(index / 10),
    );
    return takeRows(pixels, rows);
  },
  async distortion() {
    const settings = FAMILIES.gaussian.settings.parse({
      source: 'gaussian',
      sampling: 'uniform',
      count: CODES,
    });
    return (await FAMILIES.gaussian.images(settings, from)).pixels;
  },
};

/**
 * Unit vectors u of the latent space, orthogonal to each other, along which the images follow the code most: the leading
 * eigenvectors of C Cᵀ, where C = E[z (G(z) − E G)ᵀ] is the best linear map from codes to images.
 */
async function directionsOf(
  prior: GenerativePrior,
  codes: Float32NdArray,
  count: number,
): Promise<Float64Array[]> {
  const render = await compile((input: Tensor) => imagesOf(prior.forward(input)), codes, { device });
  const images = (await render.run(codes)) as Float32NdArray;
  await render.dispose();

  const covariance = crossCovariance(codes, images);
  const found: Float64Array[] = [];
  for (let index = 0; index < count; index++) {
    let direction = unit(
      Float64Array.from(covariance, row => row[index % row.length]! + 1e-9),
      found,
    );
    for (let turn = 0; turn < TURNS; turn++) direction = unit(times(covariance, direction), found);
    found.push(direction);
  }
  return found;
}

/** C [latent][pixels]: the mean of z · (G(z) − mean). */
function crossCovariance(codes: Float32NdArray, images: Float32NdArray): Float64Array[] {
  const [count, n] = codes.shape as [number, number];
  const pixels = images.data.length / count;
  const mean = new Float64Array(pixels);
  images.data.forEach((value, at) => {
    mean[at % pixels]! += value / count;
  });
  return Array.from({ length: n }, (_, entry) => {
    const row = new Float64Array(pixels);
    for (let code = 0; code < count; code++) {
      const z = codes.data[code * n + entry]! / count;
      for (let pixel = 0; pixel < pixels; pixel++) {
        row[pixel]! += z * (images.data[code * pixels + pixel]! - mean[pixel]!);
      }
    }
    return row;
  });
}

/** C Cᵀ u. */
function times(covariance: readonly Float64Array[], direction: Float64Array): Float64Array {
  const image = new Float64Array(covariance[0]!.length);
  covariance.forEach((row, entry) => {
    for (let pixel = 0; pixel < row.length; pixel++) image[pixel]! += direction[entry]! * row[pixel]!;
  });
  return Float64Array.from(covariance, row => inner(row, image));
}

/** The vector without its parts along the others, at length one. */
function unit(vector: Float64Array, others: readonly Float64Array[]): Float64Array {
  for (const other of others) {
    const along = inner(vector, other);
    vector = vector.map((value, index) => value - along * other[index]!);
  }
  const length = norm(vector);
  return vector.map(value => value / length);
}
