import { type Float32NdArray, float32, norm } from '@blind-demod/arrays';
import {
  type Codes,
  imagesOf,
  iterate,
  PAPER_SOLVER,
  type Priors,
  type Problem,
  randomReluPrior,
  type SolverState,
} from '@blind-demod/demod-core';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Frame } from '../src/messages.js';
import { slowMotion } from '../src/slow-motion.js';

const device = 'cpu';
const priors: Priors = [
  randomReluPrior({ widths: [4, 30, 200], seed: 1, name: 'signal' }),
  randomReluPrior({ widths: [3, 30, 200], seed: 1, name: 'distortion' }),
];
const image = async (prior: Priors[0], code: Float32NdArray) => {
  const program = await compile((z: Tensor) => imagesOf(prior.forward(z)), code, { device });
  return (await program.run(code)) as Float32NdArray;
};
const code = (...values: number[]) => float32([1, values.length], Float32Array.from(values));

test('shows what `iterate` does, a frame for each of its lines', async () => {
  const w = await image(priors[0], code(1, -0.5, 0.3, 0.8));
  const x = await image(priors[1], code(0.7, 0.9, -0.4));
  const observation = float32(
    [1, 200],
    w.data.map((value, pixel) => value * x.data[pixel]!),
  );
  // The signal's sign is wrong, and the codes are far from balanced.
  const starts: Codes = { signal: code(-3, 1.5, -1, -2.2), distortion: code(0.2, 0.3, 0.1) };
  const settings = { ...PAPER_SOLVER, stepSize: 0.1 };

  const frames: Frame[] = [];
  const generators = { priors, device } as const;
  for await (const frame of slowMotion(generators, { observation }, starts, { settings, iterations: 3 })) {
    frames.push(frame);
  }
  expect(frames.map(({ line, count }) => `${count} ${line}`)).toEqual(
    [1, 2, 3].flatMap(count => ['signs', 'signal', 'distortion', 'balance'].map(line => `${count} ${line}`)),
  );
  expect(frames[0]!.signs).toEqual([-1, 1]);
  expect(frames[4]!.signs).toEqual([1, 1]);

  const zero = ({ shape, data }: Float32NdArray) => float32(shape, new Float32Array(data.length));
  let state: SolverState<Float32NdArray> = {
    signal: { code: starts.signal, velocity: zero(starts.signal) },
    distortion: { code: starts.distortion, velocity: zero(starts.distortion) },
  };
  const program = await compile(
    (input: { state: SolverState<Tensor>; problem: Problem<Tensor> }) =>
      iterate(...priors, input.problem, input.state, settings),
    { state, problem: { observation } },
    { device },
  );
  for (let iteration = 0; iteration < 3; iteration++) {
    const result = await program.run({ state, problem: { observation } });
    const [signs, , , balanced] = frames.slice(4 * iteration);
    // The same operations, which two programs may fuse in other ways: single precision.
    expect(signs!.objective).toBeCloseTo(result.objective.data[0]!, 5);
    state = structuredClone(result.state) as SolverState<Float32NdArray>;
    expect(balanced!.norms[0]).toBeCloseTo(norm(state.signal.code.data), 4);
    expect(balanced!.norms[1]).toBeCloseTo(norm(state.distortion.code.data), 4);
    expect(balanced!.norms[0]).toBeCloseTo(balanced!.norms[1], 4);
  }
});
