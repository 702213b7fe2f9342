// The expected landscape of wide networks: what the objective and its gradients concentrate around.
//
// All of it follows from one fact about a random layer: it halves squared norms and turns an angle θ into g(θ).
import { type ByFactor, inner, norm } from '@blind-demod/arrays';
import { angle, anglesThroughLayers } from './angles.js';
import type { CodePair } from './code-pair.js';

/**
 * ρ_d: the spurious hyperbola of a network of depth d goes through −ρ_d h0 (Hand and Voroninski 2017).
 * ρ_d = Σ_i (sin θ̌_i / π) Π_{j>i} (π − θ̌_j)/π with θ̌_0 = π and θ̌_{i+1} = g(θ̌_i).
 * It equals cos θ̌_d, and tends to 1.
 */
export function spuriousScale(depth: number): number {
  return radialWeight(anglesThroughLayers(Math.PI, depth));
}

/** Σ_{i<d} (sin θ_i / π) Π_{i<j<d} (π − θ_j)/π. */
function radialWeight(angles: readonly number[]): number {
  const depth = angles.length - 1;
  let sum = 0;
  for (let i = 0; i < depth; i++) {
    sum +=
      (Math.sin(angles[i]!) / Math.PI) *
      angles.slice(i + 1, depth).reduce((p, t) => p * (1 - t / Math.PI), 1);
  }
  return sum;
}

/** The depths d and s of both networks, and the number ℓ of measurements. */
export interface Sizes extends ByFactor<number> {
  readonly measurements: number;
}

/**
 * The expected objective, up to O(ε):
 * (‖h‖²‖m‖² + ‖h0‖²‖m0‖² − 2 ‖h‖‖m‖‖h0‖‖m0‖ cos θ_d cos φ_s) / (2 ℓ 2^{d+s}),
 * with θ_d, φ_s the angles of h to h0 and of m to m0, d and s layers on.
 */
export function expectedObjective(point: CodePair, truth: CodePair, sizes: Sizes): number {
  const size = norm(point.signal) * norm(point.distortion);
  const trueSize = norm(truth.signal) * norm(truth.distortion);
  const cosines =
    lastCosine(point.signal, truth.signal, sizes.signal) *
    lastCosine(point.distortion, truth.distortion, sizes.distortion);
  return (size ** 2 + trueSize ** 2 - 2 * size * trueSize * cosines) * (gradientUnit(sizes) / 2);
}

/**
 * The expectation of ∂f/∂h, t⁽¹⁾ of the paper's appendix (t⁽²⁾ is the same with the roles exchanged):
 * (‖m‖² h − ‖m‖‖m0‖ cos φ_s · h̃) / (ℓ 2^{d+s}), with
 * h̃ = Π (π−θ_i)/π · h0 + ‖h0‖ Σ_i (sin θ_i/π) Π_{j>i} (π−θ_j)/π · ĥ.
 */
export function expectedSignalGradient(point: CodePair, truth: CodePair, sizes: Sizes): Float64Array {
  const { signal: h, distortion: m } = point;
  const { signal: h0, distortion: m0 } = truth;
  const angles = anglesThroughLayers(angle(h, h0), sizes.signal);
  const along = angles.slice(0, -1).reduce((product, theta) => product * (1 - theta / Math.PI), 1);
  const radial = (radialWeight(angles) * norm(h0)) / norm(h);
  const overlap = norm(m) * norm(m0) * lastCosine(m, m0, sizes.distortion);
  return h.map(
    (value, i) => (inner(m, m) * value - overlap * (along * h0[i]! + radial * value)) * gradientUnit(sizes),
  );
}

const lastCosine = (a: Float64Array, b: Float64Array, depth: number): number =>
  Math.cos(anglesThroughLayers(angle(a, b), depth).at(-1)!);

/** 1/(ℓ 2^{d+s}), the unit of f and its gradients: layers halve squared norms, and the last has entries of size 1/√ℓ. */
export const gradientUnit = ({ signal, distortion, measurements }: Sizes): number =>
  1 / (measurements * 2 ** (signal + distortion));
