// Pairs of codes (h, m): the points of the landscape.
import { type ByFactor, byFactor, norm } from '@blind-demod/arrays';

/** `signal` is h, `distortion` is m. */
export type CodePair = ByFactor<Float64Array>;

/** (0, 0), of the dimensions of another pair. */
export const originOf = (pair: CodePair): CodePair =>
  byFactor(factor => new Float64Array(pair[factor].length));

/** The point plus t times a direction. */
export const moved = (point: CodePair, direction: CodePair, t: number): CodePair =>
  byFactor(factor => point[factor].map((entry, i) => entry + t * direction[factor][i]!));

/** (h, m) moved along its own hyperbola (c h, m/c), over which f is constant, to ‖h‖ = ‖m‖. */
export function balanced({ signal, distortion }: CodePair): CodePair {
  const c = Math.sqrt(norm(signal) / norm(distortion));
  return { signal: signal.map(entry => entry / c), distortion: distortion.map(entry => entry * c) };
}
