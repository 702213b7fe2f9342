// Samples of a generator while it is trained: always of the same latent codes, to watch them change.

import { type Factor, type Float32NdArray, float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Networks } from './networks.js';
import type { Parameters } from './parameters.js';

const SAMPLES = 64;

/** Parameters to images [64, channels, size, size], normalised by the batch's own moments as in training. */
export type Sampler = (parameters: Parameters<NdArray>) => Promise<Float32NdArray>;

/** A sampler for parameters like `example`. */
export async function makeSampler(
  { latentDimension, generate }: Networks,
  {
    seed,
    factor,
    example,
    device,
  }: { seed: number; factor: Factor; example: Parameters<NdArray>; device: Device },
): Promise<Sampler> {
  const codes = float32(
    [SAMPLES, latentDimension],
    randomStream(seed, factor, 'samples').normals(SAMPLES * latentDimension),
  );
  const program = await compile(
    (input: { parameters: Parameters<Tensor>; codes: Tensor }) => generate(input.parameters, input.codes),
    { parameters: example, codes },
    { device },
  );
  return async parameters => {
    const { shape, data } = await program.run({ parameters, codes });
    return float32(shape, data as Float32Array);
  };
}

/** How much images differ from each other: the standard deviation of a pixel over them, averaged over pixels. */
export function spread({ shape, data }: Float32NdArray): number {
  const count = shape[0]!;
  const pixels = data.length / count;
  const [sums, squares] = [new Float64Array(pixels), new Float64Array(pixels)];
  for (let at = 0; at < data.length; at++) {
    sums[at % pixels]! += data[at]!;
    squares[at % pixels]! += data[at]! ** 2;
  }
  const deviations = squares.map((square, pixel) =>
    Math.sqrt(Math.max(0, square / count - (sums[pixel]! / count) ** 2)),
  );
  return deviations.reduce((sum, deviation) => sum + deviation, 0) / pixels;
}
