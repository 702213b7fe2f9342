// The four hyperbolas of Theorem 1, and how far a point is from them.
import { norm } from '@blind-demod/arrays';
import type { CodePair } from './expectation.js';

export interface Hyperbola {
  readonly name: string;
  /** One point (h̃, m̃) of {(c h̃, m̃/c), c > 0}. */
  readonly point: CodePair;
}

/** The global one first. ρ1 and ρ2 are the scales of the spurious ones. */
export function hyperbolas(
  { signalCode, distortionCode }: CodePair,
  rho: readonly [number, number],
): Hyperbola[] {
  const at = (name: string, a: number, b: number): Hyperbola => ({
    name,
    point: { signalCode: signalCode.map(v => a * v), distortionCode: distortionCode.map(v => b * v) },
  });
  return [
    at('(h0, m0)', 1, 1),
    at('(−ρ1 h0, m0)', -rho[0], 1),
    at('(h0, −ρ2 m0)', 1, -rho[1]),
    at('(−ρ1 h0, −ρ2 m0)', -rho[0], -rho[1]),
  ];
}

/** (h, m) moved along its own hyperbola, over which f is constant, to ‖h‖ = ‖m‖. */
export function balanced({ signalCode, distortionCode }: CodePair): CodePair {
  const c = Math.sqrt(norm(signalCode) / norm(distortionCode));
  return { signalCode: signalCode.map(v => v / c), distortionCode: distortionCode.map(v => v * c) };
}

/** The least distance from the balanced point to a hyperbola, in units of sqrt(‖h0‖ ‖m0‖). */
export function distanceTo({ point }: Hyperbola, at: CodePair, truth: CodePair): number {
  const { signalCode: h, distortionCode: m } = balanced(at);
  const { signalCode: u, distortionCode: v } = balanced(point);
  const squared = (logarithm: number) => {
    const c = Math.exp(logarithm);
    return (
      norm(h.map((value, i) => value - c * u[i]!)) ** 2 + norm(m.map((value, i) => value - v[i]! / c)) ** 2
    );
  };
  // A balanced point's nearest one is near the middle of the hyperbola, unless the point is far out.
  const steps = Array.from({ length: 33 }, (_, i) => (i - 16) / 4);
  const start = steps.reduce((best, step) => (squared(step) < squared(best) ? step : best));
  let [low, high] = [start - 0.25, start + 0.25];
  for (let i = 0; i < 40; i++) {
    const [left, right] = [low + (high - low) * 0.382, low + (high - low) * 0.618];
    if (squared(left) < squared(right)) high = right;
    else low = left;
  }
  return Math.sqrt(squared((low + high) / 2) / (norm(truth.signalCode) * norm(truth.distortionCode)));
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
