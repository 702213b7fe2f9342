// The objective f(h, m) = ½ ‖y − G1(h) ⊙ G2(m)‖² (equation 2), and its partial gradients as the paper writes them.
import type { CodePair } from './expectation.js';
import { activePattern, applyPiece, applyPieceTransposed, generate, type ReluNetwork } from './networks.js';

/** Two networks and a pair of codes to recover. */
export interface Problem {
  readonly signalNetwork: ReluNetwork;
  readonly distortionNetwork: ReluNetwork;
  /** (h0, m0) */
  readonly truth: CodePair;
  /** y = G1(h0) ⊙ G2(m0) */
  readonly observation: Float64Array;
}

/** @throws TypeError when the networks have not the same number of outputs */
export function problemOf(
  signalNetwork: ReluNetwork,
  distortionNetwork: ReluNetwork,
  truth: CodePair,
): Problem {
  const [signal, distortion] = [
    generate(signalNetwork, truth.signalCode),
    generate(distortionNetwork, truth.distortionCode),
  ];
  if (signal.length !== distortion.length) {
    throw new TypeError(
      `expected networks with equally many outputs, got ${signal.length} and ${distortion.length}`,
    );
  }
  return { signalNetwork, distortionNetwork, truth, observation: signal.map((w, i) => w * distortion[i]!) };
}

/** f(h, m), summed over the measurements. */
export function objectiveAt(problem: Problem, { signalCode, distortionCode }: CodePair): number {
  const w = generate(problem.signalNetwork, signalCode);
  const x = generate(problem.distortionNetwork, distortionCode);
  let sum = 0;
  for (let i = 0; i < w.length; i++) sum += (problem.observation[i]! - w[i]! * x[i]!) ** 2;
  return sum / 2;
}

export interface Gradients {
  /** g1 = ∂f/∂h */
  readonly signal: Float64Array;
  /** g2 = ∂f/∂m */
  readonly distortion: Float64Array;
}

/**
 * The partial gradients at (h, m), or where f has a kink there, their limits from the side of `direction`:
 * g1 = Λ1ᵀ (diag((Λ2 m)²) Λ1 h − diag(Λ2 m) y), and g2 with the roles exchanged.
 */
export function gradientsAt(problem: Problem, point: CodePair, direction?: CodePair): Gradients {
  const { signalNetwork, distortionNetwork, observation } = problem;
  const signalPattern = activePattern(signalNetwork, point.signalCode, direction?.signalCode);
  const distortionPattern = activePattern(distortionNetwork, point.distortionCode, direction?.distortionCode);
  const w = applyPiece(signalNetwork, signalPattern, point.signalCode);
  const x = applyPiece(distortionNetwork, distortionPattern, point.distortionCode);
  const residual = w.map((value, i) => value * x[i]! - observation[i]!);
  return {
    signal: applyPieceTransposed(
      signalNetwork,
      signalPattern,
      residual.map((r, i) => r * x[i]!),
    ),
    distortion: applyPieceTransposed(
      distortionNetwork,
      distortionPattern,
      residual.map((r, i) => r * w[i]!),
    ),
  };
}
