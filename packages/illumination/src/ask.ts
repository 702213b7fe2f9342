// The network's answer for a picture, the same however it lies: it is looked at in all eight orientations.

import { float32, type NdArray } from '@blind-demod/arrays';
import { type Parameters, zipParameters } from '@blind-demod/dcgan';
import { compile, constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { TERMS } from './basis.js';
import { type Answer, encode, SIDE } from './encoder.js';
import { inverse, ORIENTATIONS, orient, termsOf } from './orientations.js';

/** Coefficients of the logarithm of a light, and the variance of each. */
export interface Told {
  readonly coefficients: Float64Array;
  readonly variances: Float64Array;
}

export interface Encoder {
  /** The light of a picture: logarithms of mean 0, 64 × 64, as `reduce` makes them. */
  ask(picture: Float32Array): Promise<Told>;
  dispose(): Promise<void>;
}

/** The network of these weights, ready to be asked, on the processor: it is small. */
export async function openEncoder(parameters: Parameters<NdArray>): Promise<Encoder> {
  const shape = [ORIENTATIONS, 1, SIDE, SIDE];
  const program = await compile(
    (pictures: Tensor) => encode(zipParameters(constant, parameters), pictures),
    float32(shape, new Float32Array(ORIENTATIONS * SIDE * SIDE)),
    { device: 'cpu' },
  );
  return {
    async ask(picture) {
      const all = new Float32Array(ORIENTATIONS * picture.length);
      for (let orientation = 0; orientation < ORIENTATIONS; orientation++) {
        all.set(orient(picture, SIDE, orientation), orientation * picture.length);
      }
      return together(await program.run(float32(shape, all)));
    },
    dispose: () => program.dispose(),
  };
}

/** The mean of the answers, each turned back, and of their variances. */
function together({ coefficients, logDoubt }: Answer<NdArray>): Told {
  const mean = { coefficients: new Float64Array(TERMS.length), variances: new Float64Array(TERMS.length) };
  for (let orientation = 0; orientation < ORIENTATIONS; orientation++) {
    const back = termsOf(inverse(orientation));
    const start = orientation * TERMS.length;
    for (const [term, { from, sign }] of back.entries()) {
      mean.coefficients[term]! += (sign * coefficients.data[start + from]!) / ORIENTATIONS;
      mean.variances[term]! += Math.exp(2 * logDoubt.data[start + from]!) / ORIENTATIONS;
    }
  }
  return mean;
}
