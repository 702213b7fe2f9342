// The directions of a generator's latent space along which its images change most, for the sliders of a walk.

import { type Float32NdArray, float32, inner, norm, randomStream } from '@blind-demod/arrays';
import type { GenerativePrior } from '@blind-demod/demod-core';
import { imagesOf } from '@blind-demod/demod-core';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Codes that are drawn to see how the images follow them. */
const CODES = 192;
/** Turns of the power iteration for each direction; a slider needs no digits. */
const TURNS = 60;

/**
 * Unit vectors u of the latent space, orthogonal to each other, along which the images follow the code most: the leading
 * eigenvectors of C Cᵀ, where C = E[z G(z)ᵀ] is the best linear map from codes to images.
 */
export async function directionsOf(prior: GenerativePrior, count: number, seed: number): Promise<number[][]> {
  const n = prior.latentDimension;
  const codes = float32([CODES, n], randomStream(seed, 'directions').normals(CODES * n));
  const render = await compile((input: Tensor) => imagesOf(prior.forward(input)), codes, { device: 'cpu' });
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
  return found.map(direction => [...direction].map(value => Number(value.toFixed(4))));
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
