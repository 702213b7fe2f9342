// What follows Algorithm 1: both codes at once, downhill to the bottom of the valley that it found.

import { type Float32NdArray, float32 } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { forEachPicture, meanOverPictures, picturesOf } from './groups.js';
import { type Evaluation, minimise } from './lbfgs.js';
import { misfit, penalised, priorTerm } from './misfit.js';
import { imagesOf, type Priors } from './prior.js';
import type { Problem } from './problem.js';
import type { SolverSettings } from './settings.js';
import type { Codes } from './starts.js';

/** Of one code of a signal, unless the settings say otherwise; and of several: with 40 steps, 100 evaluations go as far as 150 do with 10. */
const MEMORY = 10;
const MEMORY_OF_GROUPS = 40;

/**
 * L-BFGS on (h, m) of each problem, from where Algorithm 1 ended. It needs two passes forward and two backward for each
 * evaluation, and a fraction of the steps of gradient descent.
 *
 * Where N pictures share a distortion, on (h₁, …, h_N, m) of each: it sees hᵢ/√N, as which the mean over the pictures curves as
 * much in every code.
 *
 * @param problem a row for each code of a signal.
 * @param codes a row for each problem, N of the signal for each of the distortion.
 */
export async function polishCodes(
  [signalPrior, distortionPrior]: Priors,
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
  const pictures = picturesOf(codes.signal, codes.distortion);
  const groups = codes.distortion.shape[0]!;
  const root = Math.sqrt(pictures);
  const { latentPenalty } = settings;
  const sizes = [pictures * signalPrior.latentDimension, distortionPrior.latentDimension];
  const rooted = (signals: Tensor, by: (values: Tensor, root: number) => Tensor) =>
    pictures === 1 ? signals : by(signals, root);
  const evaluation = (input: { codes: Tensor; problem: Problem<Tensor> }) => {
    const [signals, m] = tf.split(input.codes, sizes, 1) as [Tensor, Tensor];
    const h = tf.reshape(rooted(signals, tf.mul), [groups * pictures, -1]);
    const signal = signalPrior.forward(h);
    const distortion = distortionPrior.forward(m);
    const [w, x] = [imagesOf(signal), imagesOf(distortion)];
    const { value, gradient } = misfit(w, x, input.problem, settings);
    const g1 = signalPrior.backward(signal, tf.mul(gradient, forEachPicture(x, w)));
    const g2 = distortionPrior.backward(distortion, meanOverPictures(tf.mul(gradient, w), x));
    const ofSignals = tf.reshape(penalised(g1, h, settings), [groups, -1]);
    return {
      values: tf.add(value, priorTerm(h, m, settings)),
      gradients: tf.concat(
        [rooted(ofSignals, tf.div), penalised(g2, m, { latentPenalty: latentPenalty / pictures })],
        1,
      ),
    };
  };
  const start = joined(codes);
  const program = await compile(evaluation, { codes: start, problem }, { device });
  const { points } = await minimise(
    async points => (await program.run({ codes: points, problem })) as Evaluation,
    start,
    {
      evaluations,
      memory: pictures > 1 ? MEMORY_OF_GROUPS : (settings.memory ?? MEMORY),
      onEvaluation: (done, values, best) => onEvaluation(done, values, () => parted(best(), codes)),
    },
  );
  await program.dispose();
  return parted(points, codes);
}

/** (h₁/√N, …, h_N/√N, m) side by side, a row for each distortion. */
function joined({ signal, distortion }: Codes): Float32NdArray {
  const [count, second] = distortion.shape as [number, number];
  const root = Math.sqrt(picturesOf(signal, distortion));
  const first = signal.data.length / count;
  const data = new Float32Array(count * (first + second));
  for (let row = 0; row < count; row++) {
    const ofSignals = signal.data.subarray(row * first, (row + 1) * first).map(value => value / root);
    data.set(ofSignals, row * (first + second));
    data.set(distortion.data.subarray(row * second, (row + 1) * second), row * (first + second) + first);
  }
  return float32([count, first + second], data);
}

/** The codes of these shapes that `joined` put side by side. */
function parted({ data }: Float32NdArray, { signal, distortion }: Codes): Codes {
  const [count, second] = distortion.shape as [number, number];
  const root = Math.sqrt(picturesOf(signal, distortion));
  const first = signal.data.length / count;
  const part = (shape: readonly number[], from: number, length: number, factor: number) => {
    const values = new Float32Array(count * length);
    for (let row = 0; row < count; row++) {
      const start = row * (first + second) + from;
      values.set(
        data.subarray(start, start + length).map(value => factor * value),
        row * length,
      );
    }
    return float32(shape, values);
  };
  return { signal: part(signal.shape, 0, first, root), distortion: part(distortion.shape, first, second, 1) };
}
