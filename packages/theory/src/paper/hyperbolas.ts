// The four hyperbolas of Theorem 1, and how far a point is from them.
import { type ByFactor, norm, scaled } from '@blind-demod/arrays';
import { leastOfConvex } from '../numerics/golden-section.js';
import { balanced, type CodePair } from './code-pair.js';
import { spuriousScale } from './expectation.js';
import { depthsOf, type Problem } from './objective.js';

export interface Hyperbola {
  readonly name: string;
  /** One point (h̃, m̃) of {(c h̃, m̃/c), c > 0}. */
  readonly point: CodePair;
}

/** The true one first. `scales` are ρ1 and ρ2, which place the spurious ones. */
export function hyperbolas(truth: CodePair, scales: ByFactor<number>): Hyperbola[] {
  const at = (name: string, a: number, b: number): Hyperbola => ({
    name,
    point: { signal: scaled(truth.signal, a), distortion: scaled(truth.distortion, b) },
  });
  return [
    at('(h0, m0)', 1, 1),
    at('(−ρ1 h0, m0)', -scales.signal, 1),
    at('(h0, −ρ2 m0)', 1, -scales.distortion),
    at('(−ρ1 h0, −ρ2 m0)', -scales.signal, -scales.distortion),
  ];
}

/** The hyperbolas where wide networks of these depths have them. */
export function expectedHyperbolas(problem: Problem): Hyperbola[] {
  const { signal, distortion } = depthsOf(problem);
  return hyperbolas(problem.truth, {
    signal: spuriousScale(signal),
    distortion: spuriousScale(distortion),
  });
}

/** The least distance from the balanced point to a hyperbola, in units of sqrt(‖h0‖ ‖m0‖). */
export function distanceTo({ point }: Hyperbola, at: CodePair, truth: CodePair): number {
  const [{ signal: h, distortion: m }, { signal: u, distortion: v }] = [balanced(at), balanced(point)];
  const squared = (logarithm: number) => {
    const c = Math.exp(logarithm);
    return (
      norm(h.map((value, i) => value - c * u[i]!)) ** 2 + norm(m.map((value, i) => value - v[i]! / c)) ** 2
    );
  };
  // A balanced point's nearest one is near the middle of the hyperbola, unless the point is far out.
  const steps = Array.from({ length: 33 }, (_, i) => (i - 16) / 4);
  const start = steps.reduce((best, step) => (squared(step) < squared(best) ? step : best));
  const least = squared(leastOfConvex(squared, start - 0.25, start + 0.25));
  return Math.sqrt(least / (norm(truth.signal) * norm(truth.distortion)));
}

/** The nearest of some hyperbolas, and how far it is. */
export function nearest(
  list: readonly Hyperbola[],
  at: CodePair,
  truth: CodePair,
): { name: string; distance: number } {
  return list
    .map(hyperbola => ({ name: hyperbola.name, distance: distanceTo(hyperbola, at, truth) }))
    .reduce((best, one) => (one.distance < best.distance ? one : best));
}
