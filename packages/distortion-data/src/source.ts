// What every source of images gives, before they are resized and divided.

import type { Float32NdArray } from '@blind-demod/arrays';
export interface SourceImages {
  /** [count, 1, height, width], grey, in [0, 1]. */
  readonly pixels: Float32NdArray;
  /** The stratum of each image: its class, or its part of the parameter plane. */
  readonly labels: Int32Array;
  /** [count, …] the numbers from which each image was made, for images that were. */
  readonly parameters?: Float32NdArray;
}
