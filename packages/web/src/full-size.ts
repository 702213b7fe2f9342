// The light that was found on a small picture, divided out of the large one.
import { type Float32NdArray, float32 } from '@blind-demod/arrays';
import { refine, type SolverSettings } from '@blind-demod/demod-core';
import type { Picture, Result } from './messages.js';

/**
 * The picture without the light. The small images lie on a square that the picture was fitted into, its middle in the
 * middle; `refine` does at every pixel of every colour what it did there, with the light and the generator's image made
 * as large as the picture.
 */
export function divideOut(
  { width, height, planes }: Picture,
  { light, signal, exposure }: Pick<Result, 'light' | 'signal' | 'exposure'>,
  { refinement }: SolverSettings,
): Picture {
  const enlarged = (small: Float32Array) => enlarge(small, width, height);
  // Shading differs by factors, so it is its logarithm that is smooth.
  const distortion = enlarged(light.map(value => Math.log(Math.max(value, 1 / 255)))).map(Math.exp);
  const drawn = enlarged(signal);
  const shaped = (data: Float32Array): Float32NdArray => float32([1, 1, height, width], data);
  return {
    width,
    height,
    planes: planes.map(plane => {
      const observation = shaped(Float32Array.from(plane, value => value / 255 / exposure));
      const { signal: refined } = refine(
        { observation, signal: shaped(drawn), distortion: shaped(distortion) },
        // The light is smooth already.
        { ...refinement, smoothing: 0 },
      );
      return Uint8Array.from(refined.data, value => Math.round(255 * value));
    }),
  };
}

/** A square image, bicubic, at the size of a picture that was fitted into it. */
export function enlarge(small: Float32Array, width: number, height: number): Float32Array {
  const side = Math.sqrt(small.length);
  const longer = Math.max(width, height);
  const taps = (length: number) =>
    Array.from({ length }, (_, pixel) =>
      tapsAt(((pixel + 0.5 + (longer - length) / 2) / longer) * side - 0.5, side),
    );
  const across = taps(width);
  const rows = new Float32Array(side * width);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (const [from, weight] of across[column]!) sum += weight * small[row * side + from]!;
      rows[row * width + column] = sum;
    }
  }
  const large = new Float32Array(width * height);
  taps(height).forEach((down, row) => {
    for (const [from, weight] of down) {
      for (let column = 0; column < width; column++) {
        large[row * width + column]! += weight * rows[from * width + column]!;
      }
    }
  });
  return large;
}

/** The four neighbours of a place between pixels and their weights (Catmull and Rom's cubic), edges repeated. */
function tapsAt(place: number, side: number): (readonly [from: number, weight: number])[] {
  const first = Math.floor(place);
  const t = place - first;
  const weights = [
    t * (-0.5 + t * (1 - 0.5 * t)),
    1 + t * t * (-2.5 + 1.5 * t),
    t * (0.5 + t * (2 - 1.5 * t)),
    t * t * (-0.5 + 0.5 * t),
  ];
  return weights.map((weight, index) => [Math.min(side - 1, Math.max(0, first - 1 + index)), weight]);
}
