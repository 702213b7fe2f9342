// Algorithm 1 on a problem of random networks, from given starting points; every step is kept.

import { byFactor, type Float32NdArray, float32, rowOf, scaled } from '@blind-demod/arrays';
import {
  type GenerativePrior,
  iterate,
  layeredPrior,
  PAPER_SOLVER,
  type SolverSettings,
  type SolverState,
} from '@blind-demod/demod-core';
import { compile, constant, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { CodePair } from '../paper/code-pair.js';
import type { ReluNetwork } from '../paper/networks.js';
import { depthsOf, type Problem } from '../paper/objective.js';

/** What a study may change about Algorithm 1; there is no momentum, as in the paper's section 2. */
export interface DescentSettings {
  readonly iterations: number;
  /** 1 is about the inverse of the curvature at (h0, m0), if ‖h0‖ = ‖m0‖ = 1: see networkPrior. */
  readonly stepSize: number;
  readonly signCheck: boolean;
  readonly balance: boolean;
}

export interface Descent {
  /** The starts, and the codes after each iteration, a pair for each start. */
  readonly codes: readonly (readonly CodePair[])[];
  /** f in each iteration, once the signs are chosen, for each start; in units of networkPrior. */
  readonly objective: readonly Float32Array[];
}

/**
 * The network as a prior of demod-core, multiplied by sqrt(2^d ℓ): then the mean square of its ℓ outputs is ‖z‖² on
 * average. The mean objective of two such priors is ℓ 2^{d+s} times the paper's f. Around ‖h0‖ = ‖m0‖ = 1 its curvature
 * is one, so a step size means the same for every depth and width.
 */
export function networkPrior({ widths, layers }: ReluNetwork): GenerativePrior {
  const last = layers.length - 1;
  const affine = layers.map(({ rows, columns, data }, index) => {
    const factor = Math.sqrt(index === last ? 2 * rows : 2);
    const transposed = new Float32Array(rows * columns);
    data.forEach((value, at) => {
      transposed[(at % columns) * rows + Math.floor(at / columns)] = factor * value;
    });
    const weight = float32([columns, rows], transposed);
    return {
      apply: (input: Tensor) => tf.matMul(input as tf.Tensor2D, constant(weight) as tf.Tensor2D),
      activation: 'relu' as const,
    };
  });
  return layeredPrior(widths[0]!, [widths.at(-1)!], affine);
}

/** ℓ 2^{d+s}: how many times the paper's f the mean objective of two networkPriors is. */
export function objectiveUnit(problem: Problem): number {
  const { signal, distortion } = depthsOf(problem);
  return problem.observation.length * 2 ** (signal + distortion);
}

/** Runs Algorithm 1 from each start. @throws UserError if the device does not work here */
export async function descend(
  problem: Problem,
  starts: readonly CodePair[],
  { iterations, ...descent }: DescentSettings,
  { device }: { device: Device },
): Promise<Descent> {
  const { networks, observation } = problem;
  const priors = [networkPrior(networks.signal), networkPrior(networks.distortion)] as const;
  const depths = depthsOf(problem);
  const size = observation.length * 2 ** ((depths.signal + depths.distortion) / 2);
  const y = float32([1, observation.length], Float32Array.from(scaled(observation, size)));
  const settings: SolverSettings = { ...PAPER_SOLVER, ...descent, momentum: 0 };

  let state: SolverState<Float32NdArray> = byFactor(factor => {
    const codes = starts.map(start => start[factor]);
    const code = float32([codes.length, codes[0]!.length], Float32Array.from(codes.flatMap(row => [...row])));
    return { code, velocity: float32(code.shape, new Float32Array(code.data.length)) };
  });
  const program = await compile(
    (input: { y: Tensor; state: SolverState<Tensor> }) => {
      const perStart = tf.tile(input.y as tf.Tensor2D, [starts.length, 1]);
      return iterate(...priors, { observation: perStart }, input.state, settings);
    },
    { y, state },
    { device },
  );
  const codes = [starts];
  const objective: Float32Array[] = [];
  for (let done = 0; done < iterations; done++) {
    const result = await program.run({ y, state });
    state = result.state as SolverState<Float32NdArray>;
    codes.push(codesOf(state, starts.length));
    objective.push(result.objective.data as Float32Array);
  }
  await program.dispose();
  return { codes, objective };
}

function codesOf(state: SolverState<Float32NdArray>, count: number): CodePair[] {
  return Array.from({ length: count }, (_, row) =>
    byFactor(factor => Float64Array.from(rowOf(state[factor].code, row))),
  );
}
