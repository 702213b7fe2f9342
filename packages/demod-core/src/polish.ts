// What follows Algorithm 1: both codes at once, downhill to the bottom of the valley that it found.

import { type Float32NdArray, float32 } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Evaluation, minimise } from './lbfgs.js';
import { misfit, type Problem, penalised, priorTerm } from './misfit.js';
import { type GenerativePrior, imagesOf } from './prior.js';
import type { SolverSettings } from './settings.js';
import type { Codes } from './starts.js';

/**
 * L-BFGS on (h, m) of each problem, from where Algorithm 1 ended. It needs two passes forward and two backward for each
 * evaluation, and a fraction of the steps of gradient descent.
 *
 * @param problem a row for each pair of codes.
 */
export async function polishCodes(
  [signalPrior, distortionPrior]: readonly [GenerativePrior, GenerativePrior],
  problem: Problem<Float32NdArray>,
  codes: Codes,
  {
    settings,
    device,
    evaluations,
    onEvaluation,
  }: {
    settings: SolverSettings;
    device: Device;
    evaluations: number;
    onEvaluation: (done: number, values: Float32Array, codes: () => Codes) => void | Promise<void>;
  },
): Promise<Codes> {
  const sizes = [signalPrior.latentDimension, distortionPrior.latentDimension];
  const evaluation = (input: { codes: Tensor; problem: Problem<Tensor> }) => {
    const [h, m] = tf.split(input.codes, sizes, 1) as [Tensor, Tensor];
    const signal = signalPrior.forward(h);
    const distortion = distortionPrior.forward(m);
    const [w, x] = [imagesOf(signal), imagesOf(distortion)];
    const { value, gradient } = misfit(w, x, input.problem, settings);
    const g1 = signalPrior.backward(signal, tf.mul(gradient, x));
    const g2 = distortionPrior.backward(distortion, tf.mul(gradient, w));
    return {
      values: tf.add(value, priorTerm(h, m, settings)),
      gradients: tf.concat([penalised(g1, h, settings), penalised(g2, m, settings)], 1),
    };
  };
  const start = joined(codes);
  const program = await compile(evaluation, { codes: start, problem }, { device });
  const { points } = await minimise(
    async points => (await program.run({ codes: points, problem })) as Evaluation,
    start,
    {
      evaluations,
      onEvaluation: (done, values, best) => onEvaluation(done, values, () => parted(best(), sizes)),
    },
  );
  await program.dispose();
  return parted(points, sizes);
}

/** (h, m) side by side, [n, latent dimensions together]. */
function joined({ signal, distortion }: Codes): Float32NdArray {
  const [count, first] = signal.shape as [number, number];
  const second = distortion.shape[1]!;
  const data = new Float32Array(count * (first + second));
  for (let row = 0; row < count; row++) {
    data.set(signal.data.subarray(row * first, (row + 1) * first), row * (first + second));
    data.set(distortion.data.subarray(row * second, (row + 1) * second), row * (first + second) + first);
  }
  return float32([count, first + second], data);
}

function parted({ shape, data }: Float32NdArray, [first, second]: readonly number[]): Codes {
  const [count, both] = shape as [number, number];
  const part = (from: number, length: number) => {
    const values = new Float32Array(count * length);
    for (let row = 0; row < count; row++) {
      values.set(data.subarray(row * both + from, row * both + from + length), row * length);
    }
    return float32([count, length], values);
  };
  return { signal: part(0, first!), distortion: part(first!, second!) };
}
