// Figure 1 in the worker: the objective over scalar codes of two random networks, and the ways of Algorithm 1 through it.
import { type Float32NdArray, float32, inner, times } from '@blind-demod/arrays';
import {
  imagesOf,
  iterate,
  misfit,
  PAPER_SOLVER,
  type Priors,
  type Problem,
  randomReluPrior,
  type SolverState,
} from '@blind-demod/demod-core';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Path, Terrain } from './messages.js';
import { EXTENT } from './state.js';

/** Two layers, expansive, one input, as in the paper's figure; fewer measurements than in print. */
const WIDTHS = [1, 60, 1500];
/** Points of the grid each way; odd, so that the axes are among them. */
const SIDE = 97;
const ITERATIONS = 50;
const STEP_SIZE = 0.15;

export interface Ground {
  terrain(): Promise<Terrain>;
  path(start: readonly [number, number], signCheck: boolean): Promise<Path>;
}

/** The landscape of the networks of a seed, for h0 = m0 = 1. */
export async function makeGround(seed: number, device: Device): Promise<Ground> {
  const priors: Priors = [
    randomReluPrior({ widths: WIDTHS, seed, name: 'signal' }),
    randomReluPrior({ widths: WIDTHS, seed, name: 'distortion' }),
  ];
  const one = float32([1, 1], Float32Array.of(1));
  const [w, x] = [await imageOf(priors[0], 1, device), await imageOf(priors[1], 1, device)];
  const y = times(w, x);
  const observation = float32([1, y.length], y);

  const step = async (signCheck: boolean) => {
    const settings = { ...PAPER_SOLVER, stepSize: STEP_SIZE, momentum: 0, signCheck };
    const state = { signal: { code: one, velocity: one }, distortion: { code: one, velocity: one } };
    return compile(
      (input: { state: SolverState<Tensor>; problem: Problem<Tensor> }) =>
        iterate(...priors, input.problem, input.state, settings),
      { state, problem: { observation } },
      { device },
    );
  };
  const programs = { true: await step(true), false: await step(false) };

  return {
    terrain: () => terrainOf(priors, observation, device),
    async path([h, m], signCheck) {
      const zero = float32([1, 1], new Float32Array(1));
      const at = (value: number) => ({ code: float32([1, 1], Float32Array.of(value)), velocity: zero });
      let state: SolverState<Float32NdArray> = { signal: at(h), distortion: at(m) };
      const path: [number, number][] = [[h, m]];
      for (let done = 0; done < ITERATIONS; done++) {
        const result = await programs[`${signCheck}`].run({ state, problem: { observation } });
        const after = result.state as SolverState<Float32NdArray>;
        const [newH, newM] = [after.signal.code.data[0]!, after.distortion.code.data[0]!];
        path.push([newH, newM]);
        state = { signal: at(newH), distortion: at(newM) };
      }
      return path;
    },
  };
}

async function imageOf(prior: Priors[0], code: number, device: Device): Promise<Float32Array> {
  const input = float32([1, 1], Float32Array.of(code));
  const program = await compile((z: Tensor) => imagesOf(prior.forward(z)), input, { device });
  const { data } = (await program.run(input)) as Float32NdArray;
  await program.dispose();
  return data.slice();
}

/** f / f(0, 0) on the grid, a row of equal m at a time; and where the valleys lie. */
async function terrainOf(priors: Priors, observation: Float32NdArray, device: Device): Promise<Terrain> {
  const axis = Float32Array.from({ length: SIDE }, (_, index) => EXTENT * ((2 * index) / (SIDE - 1) - 1));
  const h = float32([SIDE, 1], axis);
  // A pair of codes in each row: of one light over many pictures the misfit would be their mean.
  const row = (m: number) => ({ h, m: float32([SIDE, 1], new Float32Array(SIDE).fill(m)), observation });
  const program = await compile(
    (input: { h: Tensor; m: Tensor; observation: Tensor }) => {
      const w = imagesOf(priors[0].forward(input.h));
      const x = imagesOf(priors[1].forward(input.m));
      return misfit(w, x, input, PAPER_SOLVER).value;
    },
    row(0),
    { device },
  );
  const values = new Float32Array(SIDE * SIDE);
  for (const [index, m] of axis.entries()) {
    const { data } = (await program.run(row(m))) as Float32NdArray;
    values.set(data, index * SIDE);
  }
  await program.dispose();
  const level = values[(values.length - 1) / 2]!;

  // Over a quadrant G1(h) ⊙ G2(m) = |h m| v with one vector v: f is least where |h m| = ⟨y, v⟩ / ‖v‖².
  // One program at a time: WebGPU makes no two at once.
  const images = async (prior: Priors[0]) => [
    await imageOf(prior, 1, device),
    await imageOf(prior, -1, device),
  ];
  const [signals, distortions] = [await images(priors[0]), await images(priors[1])];
  const valleys = distortions.flatMap(x =>
    signals.map(w => {
      const v = times(w, x);
      return inner(observation.data, v) / inner(v, v);
    }),
  );
  return { values: values.map(value => value / level), side: SIDE, valleys };
}
