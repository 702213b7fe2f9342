// What a scene is.
import type { RandomStream } from '@blind-demod/arrays';

/** Draws one picture under even light: the logarithms, side × side. */
export type Scene = (random: RandomStream, side: number) => Float32Array;
