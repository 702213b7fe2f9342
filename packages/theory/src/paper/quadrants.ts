// The four quadrants of the landscape: the signs of (h, m), seen from (h0, m0).
import { inner } from '@blind-demod/arrays';
import type { CodePair } from './code-pair.js';

/** The true one first; `signs` are those of ⟨h, h0⟩ and ⟨m, m0⟩. */
export const QUADRANTS = [
  { name: '(+, +)', signs: [1, 1] },
  { name: '(−, +)', signs: [-1, 1] },
  { name: '(+, −)', signs: [1, -1] },
  { name: '(−, −)', signs: [-1, -1] },
] as const;
export type Quadrant = (typeof QUADRANTS)[number];

/** A pair with a zero product counts as on its negative side. */
export function quadrantOf(point: CodePair, truth: CodePair): Quadrant {
  const sign = (a: Float64Array, b: Float64Array) => (inner(a, b) > 0 ? 1 : -1);
  const [h, m] = [sign(point.signal, truth.signal), sign(point.distortion, truth.distortion)];
  return QUADRANTS.find(({ signs }) => signs[0] === h && signs[1] === m)!;
}
