// What is on the stage, as the solver's images: drawing, light, and their product.
import { inkImage } from './ink.js';
import { lampImage } from './lamp.js';
import type { State } from './state.js';

/** What was made: the drawing, the light, and their product. */
export interface Truth {
  readonly signal: Float32Array;
  readonly distortion: Float32Array;
  readonly observation: Float32Array;
}

/** Pixels of the solver's images each way. */
const SIDE = 64;

export function truthOf({ ink, lamp }: Pick<State, 'ink' | 'lamp'>): Truth {
  const signal = inkImage(ink, SIDE);
  const distortion = lampImage(lamp, SIDE);
  return { signal, distortion, observation: signal.map((value, pixel) => value * distortion[pixel]!) };
}
