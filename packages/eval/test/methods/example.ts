// Small generators, for solvers that tests do not run.
import { float32, randomStream } from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';

/** One affine layer on a grid of 4×4, and one to 16×16. */
export function generator(name: string): Generator {
  const draw = (...shape: number[]) =>
    float32(shape, randomStream(1, name).normals(shape.reduce((a, b) => a * b, 1)));
  return {
    architecture: 'dcgan',
    latentDimension: 3,
    imageShape: [1, 8, 8],
    outputRange: [0, 1],
    parameters: [
      { weight: draw(3, 2 * 16), bias: draw(2) },
      { weight: draw(2, 1, 4, 4), bias: draw(1) },
    ],
  };
}

export const generators = { signal: generator('signal'), distortion: generator('distortion') };
