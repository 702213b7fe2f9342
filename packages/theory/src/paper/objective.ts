// The objective f(h, m) = ½ ‖y − G1(h) ⊙ G2(m)‖² (equation 2), and its partial gradients as the paper writes them.
import { type ByFactor, byFactor, inner, times } from '@blind-demod/arrays';
import type { CodePair } from './code-pair.js';
import { activePattern, applyPiece, applyPieceTransposed, generate, type ReluNetwork } from './networks.js';

/** Two networks and a pair of codes to recover. */
export interface Problem {
  /** G1 and G2. */
  readonly networks: ByFactor<ReluNetwork>;
  /** (h0, m0) */
  readonly truth: CodePair;
  /** y = G1(h0) ⊙ G2(m0), [ℓ]. */
  readonly observation: Float64Array;
}

/** @throws TypeError when the networks have not the same number of outputs */
export function problemOf(networks: ByFactor<ReluNetwork>, truth: CodePair): Problem {
  const { signal, distortion } = byFactor(factor => generate(networks[factor], truth[factor]));
  if (signal.length !== distortion.length) {
    throw new TypeError(
      `expected networks with equally many outputs, got ${signal.length} and ${distortion.length}`,
    );
  }
  return { networks, truth, observation: times(signal, distortion) };
}

/** The depths d of G1 and s of G2. */
export const depthsOf = ({ networks }: Problem): ByFactor<number> =>
  byFactor(factor => networks[factor].layers.length);

/** f(h, m), summed over the measurements. */
export function objectiveAt({ networks, observation }: Problem, point: CodePair): number {
  const w = generate(networks.signal, point.signal);
  const x = generate(networks.distortion, point.distortion);
  let sum = 0;
  for (let i = 0; i < w.length; i++) sum += (observation[i]! - w[i]! * x[i]!) ** 2;
  return sum / 2;
}

/** f(0, 0) = ½ ‖y‖², the value on both axes: what other values of f are compared with. */
export const objectiveOnAxes = ({ observation }: Problem): number => inner(observation, observation) / 2;

/**
 * The partial gradients g1 = ∂f/∂h and g2 = ∂f/∂m at (h, m), or where f has a kink there, their limits from the side
 * of `direction`: g1 = Λ1ᵀ (diag((Λ2 m)²) Λ1 h − diag(Λ2 m) y), and g2 with the roles exchanged.
 */
export function gradientsAt(
  { networks, observation }: Problem,
  point: CodePair,
  direction?: CodePair,
): ByFactor<Float64Array> {
  const patterns = byFactor(factor => activePattern(networks[factor], point[factor], direction?.[factor]));
  const images = byFactor(factor => applyPiece(networks[factor], patterns[factor], point[factor]));
  const residual = times(images.signal, images.distortion).map((value, i) => value - observation[i]!);
  const other = { signal: images.distortion, distortion: images.signal };
  return byFactor(factor =>
    applyPieceTransposed(networks[factor], patterns[factor], times(residual, other[factor])),
  );
}
