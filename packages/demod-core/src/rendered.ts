// What codes mean: the images that they draw, what is minimised there, and at which levels.
import type { Float32NdArray } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { forEachPicture } from './groups.js';
import { fitLevels, type Levels, roughLevels } from './levels.js';
import { misfit, priorTerm } from './misfit.js';
import { imagesOf, type Priors } from './prior.js';
import type { Problem } from './problem.js';
import type { SearchOptions } from './search.js';
import type { Codes } from './starts.js';

/** Of codes of each factor, a row for each. */
export interface Rendered extends Levels<Float32Array> {
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  /** A number for each code of the distortion. */
  readonly objective: Float32Array;
}

/** G1(h), G2(m), the objective and the levels of every problem. */
export async function render(
  [signalPrior, distortionPrior]: Priors,
  problem: Problem<Float32NdArray>,
  codes: Codes,
  { settings, device }: Pick<SearchOptions, 'settings' | 'device'>,
): Promise<Rendered> {
  const program = await compile(
    (input: { problem: Problem<Tensor>; codes: { signal: Tensor; distortion: Tensor } }) => {
      const signal = imagesOf(signalPrior.forward(input.codes.signal));
      const distortion = imagesOf(distortionPrior.forward(input.codes.distortion));
      const { value } = misfit(signal, distortion, input.problem, settings);
      const prior = priorTerm(input.codes.signal, input.codes.distortion, settings);
      const objective = tf.add(value, prior);
      if (settings.exposure === undefined) return { signal, distortion, objective };
      const product = tf.mul(signal, forEachPicture(distortion, signal));
      const levels = fitLevels(product, input.problem, settings);
      return { signal, distortion, objective, levels };
    },
    { problem, codes: { signal: codes.signal, distortion: codes.distortion } },
    { device },
  );
  const { signal, distortion, objective, levels } = await program.run({ problem, codes });
  await program.dispose();
  const problems = codes.signal.shape[0]!;
  return {
    signal: signal as Float32NdArray,
    distortion: distortion as Float32NdArray,
    objective: objective.data as Float32Array,
    exposure: (levels?.exposure.data as Float32Array | undefined) ?? new Float32Array(problems).fill(1),
    blackLevel: (levels?.blackLevel.data as Float32Array | undefined) ?? new Float32Array(problems),
  };
}

/**
 * The levels of each observation at which its starts' products are like it, all of an observation's starts taken together;
 * a search for exposures begins there, so that residuals, steps and the prior term mean the same at every exposure.
 */
export async function levelsOfStarts(
  [signalPrior, distortionPrior]: Priors,
  { observation, observed }: Problem<Float32NdArray>,
  starts: Codes,
  { settings, device }: Pick<SearchOptions, 'settings' | 'device'>,
): Promise<Levels<Float32Array>> {
  const count = observation.shape[0]!;
  if (settings.exposure === undefined) {
    return { exposure: new Float32Array(count).fill(1), blackLevel: new Float32Array(count) };
  }
  const program = await compile(
    (codes: { signal: Tensor; distortion: Tensor }) => {
      const products = tf.mul(
        imagesOf(signalPrior.forward(codes.signal)),
        imagesOf(distortionPrior.forward(codes.distortion)),
      );
      const ofObservation = tf.reshape(products, [count, settings.restarts, ...observation.shape.slice(1)]);
      return tf.mean(ofObservation, 1);
    },
    starts,
    { device },
  );
  const products = (await program.run(starts)) as Float32NdArray;
  await program.dispose();
  return roughLevels(products, { observation, ...(observed && { observed }) }, settings);
}
