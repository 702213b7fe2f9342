// The solver: several starting points per observation, Algorithm 1 from each, the one of least objective kept.
import {
  type Float32NdArray,
  float32,
  randomStream,
  type SolverSettings,
  takeRows,
  UserError,
} from '@blind-demod/experiment';
import { compile, compileLoop, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { iterate, objective, type SolverState } from './algorithm1.js';
import { type GenerativePrior, imagesOf } from './prior.js';

export interface SolveOptions {
  readonly settings: SolverSettings;
  readonly seed: number;
  readonly device: Device;
  /** Number of the first observation: the i-th starts from points that depend on seed and first + i alone. */
  readonly first?: number;
  /** Called after each iteration with the median objective over the observations. */
  readonly onIteration?: (done: number, total: number, median: number) => void;
}

/** What was found for n observations. */
export interface Recovery {
  /** G1(h) and G2(m), like the observations. Their product is determined, their scale is not. */
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  /** [n, latent dimension]. */
  readonly signalCode: Float32NdArray;
  readonly distortionCode: Float32NdArray;
  /** ½ mean (ŵ ⊙ x̂ − y)² of the start that was kept, [n]. */
  readonly objective: Float32Array;
  /** The same for every start, [n × restarts], an observation's restarts side by side. */
  readonly restartObjectives: Float32Array;
  /** The objective before each iteration, [n] each, of the start that was kept. */
  readonly trace: readonly Float32Array[];
  readonly iterations: number;
}

/** Iterations over which the objective has to fall by `tolerance` for the search to go on. */
const PATIENCE = 25;

/**
 * Recovers both factors of each observation y = w ⊙ x.
 *
 * @param observations [n, ...imageShape] of both priors.
 * @throws UserError if the search diverges, TypeError if shapes do not fit.
 */
export async function solve(
  signalPrior: GenerativePrior,
  distortionPrior: GenerativePrior,
  observations: Float32NdArray,
  { settings, seed, device, first = 0, onIteration }: SolveOptions,
): Promise<Recovery> {
  const { restarts, iterations } = settings;
  const count = observations.shape[0]!;
  for (const prior of [signalPrior, distortionPrior]) {
    if (`${prior.imageShape}` !== `${observations.shape.slice(1)}`) {
      throw new TypeError(
        `expected observations of shape [${prior.imageShape}], got [${observations.shape.slice(1)}]`,
      );
    }
  }
  const observation = repeatRows(observations, restarts);
  const start = (factor: string, latentDimension: number): Float32NdArray => {
    const codes = new Float32Array(count * restarts * latentDimension);
    for (let row = 0; row < count * restarts; row++) {
      const random = randomStream(seed, 'start', factor, first + Math.floor(row / restarts), row % restarts);
      codes.set(random.normals(latentDimension), row * latentDimension);
    }
    return float32([count * restarts, latentDimension], codes);
  };
  const zerosLike = ({ shape, data }: Float32NdArray) => float32(shape, new Float32Array(data.length));

  // Line 1: any non-zero point.
  const signalCode = start('signal', signalPrior.latentDimension);
  const distortionCode = start('distortion', distortionPrior.latentDimension);
  let state: SolverState<Float32NdArray> = {
    signalCode,
    signalVelocity: zerosLike(signalCode),
    distortionCode,
    distortionVelocity: zerosLike(distortionCode),
  };

  const iteration = await compileLoop(
    (before: SolverState<Tensor>, input: Tensor) =>
      iterate(signalPrior, distortionPrior, input, before, settings),
    { state, input: observation },
    { device },
  );
  const trace: Float32Array[] = [];
  try {
    for (let done = 0; done < iterations; done++) {
      const result = await iteration.step(observation);
      const objectives = result.objective.data as Float32Array;
      trace.push(objectives);
      const least = best(objectives, restarts).map(row => objectives[row]!);
      if (!least.every(Number.isFinite)) {
        throw new UserError(
          `the search diverged at iteration ${done + 1} (not a number); lower solver.stepSize (now ${settings.stepSize})`,
        );
      }
      onIteration?.(done + 1, iterations, median(least));
      if (hasConverged(trace, settings.tolerance)) break;
    }
    state = (await iteration.state()) as SolverState<Float32NdArray>;
  } finally {
    await iteration.dispose();
  }

  const result = await compile(
    (input: { observation: Tensor; codes: { signal: Tensor; distortion: Tensor } }) => {
      const signal = imagesOf(signalPrior.forward(input.codes.signal));
      const distortion = imagesOf(distortionPrior.forward(input.codes.distortion));
      return { signal, distortion, objective: objective(signal, distortion, input.observation) };
    },
    { observation, codes: { signal: state.signalCode, distortion: state.distortionCode } },
    { device },
  );
  const final = await result.run({
    observation,
    codes: { signal: state.signalCode, distortion: state.distortionCode },
  });
  await result.dispose();

  const restartObjectives = final.objective.data as Float32Array;
  const kept = best(restartObjectives, restarts);
  return {
    signal: takeRows(final.signal as Float32NdArray, kept),
    distortion: takeRows(final.distortion as Float32NdArray, kept),
    signalCode: takeRows(state.signalCode, kept),
    distortionCode: takeRows(state.distortionCode, kept),
    objective: Float32Array.from(kept, row => restartObjectives[row]!),
    restartObjectives,
    trace: trace.map(objectives => Float32Array.from(kept, row => objectives[row]!)),
    iterations: trace.length,
  };
}

/** For each observation the row of its start with the least objective; one that is not a number loses to any other. */
function best(objectives: Float32Array, restarts: number): number[] {
  const value = (row: number) =>
    Number.isNaN(objectives[row]) ? Number.POSITIVE_INFINITY : objectives[row]!;
  return Array.from({ length: objectives.length / restarts }, (_, index) => {
    const rows = Array.from({ length: restarts }, (_, restart) => index * restarts + restart);
    return rows.reduce((a, b) => (value(b) < value(a) ? b : a));
  });
}

/** Whether no start's objective fell by more than the fraction `tolerance` over the last iterations. */
function hasConverged(trace: readonly Float32Array[], tolerance: number): boolean {
  const [now, before] = [trace.at(-1)!, trace.at(-1 - PATIENCE)];
  return (
    tolerance > 0 &&
    before !== undefined &&
    now.every((value, row) => !(value < before[row]! * (1 - tolerance)))
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Each row `times` times in a row. */
function repeatRows(array: Float32NdArray, times: number): Float32NdArray {
  return takeRows(
    array,
    Array.from({ length: array.shape[0]! * times }, (_, row) => Math.floor(row / times)),
  );
}
