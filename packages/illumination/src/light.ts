// A light at the size of pictures: one positive number for each pixel, of mean 1.

import { render } from './basis.js';

/** A light of this size, row-major, of mean 1. */
export interface Light {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The light whose logarithm has these coefficients. */
export function renderLight(
  coefficients: ArrayLike<number>,
  { width, height }: { width: number; height: number },
): Light {
  return ofMeanOne({ width, height, data: render(coefficients, height, width).map(Math.exp) });
}

/** The same light, scaled to a mean of 1. */
export function ofMeanOne({ width, height, data }: Light): Light {
  let sum = 0;
  for (const value of data) sum += value;
  const mean = sum / data.length;
  return { width, height, data: data.map(value => value / mean) };
}
