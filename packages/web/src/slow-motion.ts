// An iteration of Algorithm 1 with its lines apart: the codes, the images and the objective after each.

import { type Float32NdArray, float32, norm, takeRows } from '@blind-demod/arrays';
import {
  balance,
  type Codes,
  checkSigns,
  imagesOf,
  misfit,
  type Problem,
  type SolverSettings,
  type SolverState,
  stepDistortion,
  stepSignal,
} from '@blind-demod/demod-core';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Generators, toBytes } from './generators.js';
import type { Frame } from './messages.js';

const LINES = ['signs', 'signal', 'distortion', 'balance'] as const;

/**
 * Frames of the first iterations from a start, one for each line that these settings run. They are what `iterate` does,
 * composed of the same functions; the solver that runs afterwards begins at the same start.
 */
export async function* slowMotion(
  { priors, device }: Pick<Generators, 'priors' | 'device'>,
  problem: Problem<Float32NdArray>,
  starts: Codes,
  { settings, iterations }: { settings: SolverSettings; iterations: number },
): AsyncGenerator<Frame> {
  const [signalPrior, distortionPrior] = priors;
  const seen = (signal: Tensor, distortion: Tensor, w: Tensor, x: Tensor, of: Problem<Tensor>) => ({
    signal,
    distortion,
    w,
    x,
    objective: misfit(w, x, of, settings).value,
  });
  const iteration = (input: { state: SolverState<Tensor>; problem: Problem<Tensor> }) => {
    const signed = checkSigns(priors, input.problem, input.state, settings);
    const h = stepSignal(priors, input.problem, signed, settings);
    const m = stepDistortion(priors, input.problem, signed, h, settings);
    const state = balance({ signal: h, distortion: m }, settings);
    const images = {
      signs: [imagesOf(signed.signal.outputs), imagesOf(signed.distortion.outputs)],
      signal: [imagesOf(signalPrior.forward(h.code)), imagesOf(signed.distortion.outputs)],
      distortion: [imagesOf(signalPrior.forward(h.code)), imagesOf(distortionPrior.forward(m.code))],
      balance: [
        imagesOf(signalPrior.forward(state.signal.code)),
        imagesOf(distortionPrior.forward(state.distortion.code)),
      ],
    } as const;
    const codes = {
      signs: [signed.signal.descent.code, signed.distortion.descent.code],
      signal: [h.code, signed.distortion.descent.code],
      distortion: [h.code, m.code],
      balance: [state.signal.code, state.distortion.code],
    } as const;
    const after = LINES.map(line =>
      seen(codes[line][0]!, codes[line][1]!, images[line][0]!, images[line][1]!, input.problem),
    );
    return { state, after };
  };

  const one = (array: Float32NdArray) => takeRows(array, [0]);
  const atRest = (code: Float32NdArray) => ({
    code,
    velocity: float32(code.shape, new Float32Array(code.data.length)),
  });
  let state: SolverState<Float32NdArray> = {
    signal: atRest(one(starts.signal)),
    distortion: atRest(one(starts.distortion)),
  };
  const program = await compile(iteration, { state, problem }, { device });
  try {
    for (let count = 1; count <= iterations; count++) {
      const before = state;
      const result = await program.run({ state, problem });
      for (const [index, line] of LINES.entries()) {
        if (line === 'balance' && !settings.balance) continue;
        const { signal, distortion, w, x, objective } = result.after[index]! as Record<
          string,
          Float32NdArray
        >;
        yield {
          line,
          count,
          signal: toBytes(w!.data),
          distortion: toBytes(x!.data),
          norms: [norm(signal!.data), norm(distortion!.data)],
          objective: objective!.data[0]!,
          ...(line === 'signs' && {
            signs: [agree(before.signal.code, signal!), agree(before.distortion.code, distortion!)] as const,
          }),
        };
      }
      state = copied(result.state as SolverState<Float32NdArray>);
    }
  } finally {
    await program.dispose();
  }
}

/** 1 where a code kept its sign, −1 where it was turned round. */
const agree = (before: Float32NdArray, after: Float32NdArray): number =>
  Math.sign(before.data[0]! * after.data[0]!) || 1;

/** What a program returns it may write to again. */
function copied({ signal, distortion }: SolverState<Float32NdArray>): SolverState<Float32NdArray> {
  const copy = ({ shape, data }: Float32NdArray) => float32(shape, data.slice());
  return {
    signal: { code: copy(signal.code), velocity: copy(signal.velocity) },
    distortion: { code: copy(distortion.code), velocity: copy(distortion.velocity) },
  };
}
