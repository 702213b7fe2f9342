// What the objective and its gradients concentrate around when the networks are wide: the paper's expected landscape.
//
// All of it follows from one fact about a random layer: it halves squared norms and turns an angle θ into g(θ).
import { inner, norm } from '@blind-demod/arrays';
import { angle } from './networks.js';

/** g(θ) = arccos(((π−θ) cos θ + sin θ)/π): the angle between relu(Wx) and relu(Wy) when θ is that between x and y. */
export function angleAfterLayer(theta: number): number {
  return Math.acos(Math.min(1, ((Math.PI - theta) * Math.cos(theta) + Math.sin(theta)) / Math.PI));
}

/** θ, g(θ), g(g(θ)), …, depth + 1 of them. */
export function anglesThroughLayers(theta: number, depth: number): number[] {
  const angles = [theta];
  while (angles.length <= depth) angles.push(angleAfterLayer(angles.at(-1)!));
  return angles;
}

/**
 * ρ_d = Σ_i (sin θ̌_i / π) Π_{j>i} (π − θ̌_j)/π with θ̌_0 = π and θ̌_{i+1} = g(θ̌_i): where along −h0 the spurious
 * hyperbola of a network of depth d lies (Hand and Voroninski 2017). It equals cos θ̌_d, and tends to 1.
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

/** A pair of codes, of the signal and of the distortion. */
export interface CodePair {
  readonly signalCode: Float64Array;
  readonly distortionCode: Float64Array;
}

export interface Depths {
  /** d */
  readonly signal: number;
  /** s */
  readonly distortion: number;
  /** ℓ */
  readonly measurements: number;
}

/**
 * The expected objective, up to O(ε):
 * (‖h‖²‖m‖² + ‖h0‖²‖m0‖² − 2 ‖h‖‖m‖‖h0‖‖m0‖ cos θ_d cos φ_s) / (2 ℓ 2^{d+s}),
 * with θ_d, φ_s the angles of h to h0 and of m to m0, d and s layers on.
 */
export function expectedObjective(point: CodePair, truth: CodePair, depths: Depths): number {
  const size = norm(point.signalCode) * norm(point.distortionCode);
  const trueSize = norm(truth.signalCode) * norm(truth.distortionCode);
  const cosines =
    lastCosine(point.signalCode, truth.signalCode, depths.signal) *
    lastCosine(point.distortionCode, truth.distortionCode, depths.distortion);
  return (size ** 2 + trueSize ** 2 - 2 * size * trueSize * cosines) * (scaleOf(depths) / 2);
}

/**
 * t⁽¹⁾ of the paper's appendix, what ∂f/∂h concentrates around (exchange the roles for t⁽²⁾):
 * (‖m‖² h − ‖m‖‖m0‖ cos φ_s · h̃) / (ℓ 2^{d+s}), with h̃ = Π (π−θ_i)/π · h0 + ‖h0‖ Σ_i (sin θ_i/π) Π_{j>i} (π−θ_j)/π · ĥ.
 */
export function expectedSignalGradient(point: CodePair, truth: CodePair, depths: Depths): Float64Array {
  const { signalCode: h, distortionCode: m } = point;
  const { signalCode: h0, distortionCode: m0 } = truth;
  const angles = anglesThroughLayers(angle(h, h0), depths.signal);
  const along = angles.slice(0, -1).reduce((product, theta) => product * (1 - theta / Math.PI), 1);
  const radial = (radialWeight(angles) * norm(h0)) / norm(h);
  const overlap = norm(m) * norm(m0) * lastCosine(m, m0, depths.distortion);
  return h.map(
    (value, i) => (inner(m, m) * value - overlap * (along * h0[i]! + radial * value)) * scaleOf(depths),
  );
}

const lastCosine = (a: Float64Array, b: Float64Array, depth: number): number =>
  Math.cos(anglesThroughLayers(angle(a, b), depth).at(-1)!);

/** 1/(ℓ 2^{d+s}): each layer halves squared norms, and entries of the last are of size 1/√ℓ. */
const scaleOf = ({ signal, distortion, measurements }: Depths): number =>
  1 / (measurements * 2 ** (signal + distortion));
