// A batch of observations, one image at a time: what the classical methods, which know no batches, have in common.
import { type ByFactor, type Float32NdArray, float32 } from '@blind-demod/arrays';
import type { Observed } from '../method.js';

/** One observation, as the flat list of its pixels. */
export interface ObservedImage {
  /** [channels, height, width] */
  readonly shape: readonly number[];
  /** y; 0 where a pixel is missing, whatever the batch holds there. */
  readonly observation: Float64Array;
  /** 1 where a pixel was observed, 0 where it is missing; absent when all were. */
  readonly observed?: Float64Array;
}

/** Both factors of one image, at any scale. */
export type FactorEstimates = ByFactor<Float64Array>;

/** Solves each image of the batch by itself. */
export function eachImage(
  { observation: y, observed }: Observed,
  solve: (image: ObservedImage) => FactorEstimates,
): ByFactor<Float32NdArray> {
  const shape = y.shape.slice(1);
  const length = shape.reduce((a, b) => a * b);
  const estimates = { signal: new Float32Array(y.data.length), distortion: new Float32Array(y.data.length) };
  for (let start = 0; start < y.data.length; start += length) {
    const observation = Float64Array.from(y.data.subarray(start, start + length));
    const mask = observed && Float64Array.from(observed.data.subarray(start, start + length));
    mask?.forEach((seen, pixel) => {
      if (seen === 0) observation[pixel] = 0;
    });
    const found = solve({ shape, observation, ...(mask && { observed: mask }) });
    estimates.signal.set(found.signal, start);
    estimates.distortion.set(found.distortion, start);
  }
  return { signal: float32(y.shape, estimates.signal), distortion: float32(y.shape, estimates.distortion) };
}
