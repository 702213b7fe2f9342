// What is minimised: how far a product is from the observation, by squares or by squares that turn linear for what no
// generator can draw, and how unlikely its codes are.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { forEachPicture, meanOverPictures, picturesOf } from './groups.js';
import { asSeen, fitLevels } from './levels.js';
import { type Problem, turningPoint } from './problem.js';
import type { SolverSettings } from './settings.js';

/** What the misfit depends on. */
export type MisfitSettings = Pick<SolverSettings, 'robustness' | 'exposure' | 'blackLevel'>;

/** The misfit of each problem, and its gradient with respect to the product of the factors. */
export interface Misfit {
  /** A number for each distortion: the mean over its pictures. */
  readonly value: Tensor;
  /** [n, ...imageShape]: of each picture's own misfit. */
  readonly gradient: Tensor;
}

/**
 * mean ρ(w ⊙ x − y) over the observed pixels: with ρ(r) = ½ r², equation 2 with the mean over pixels in place of the
 * sum, so that a step size means the same at every image size; with robustness δ, ρ(r) = δ² (√(1 + (r/δ)²) − 1), the
 * pseudo-Huber loss (Charbonnier et al. 1997), with a larger δ where there is noise (`turningPoint`). Where the exposure s is to
 * be found, mean ρ(s · w ⊙ x + b − y) at the s and b of least misfit; its gradient is then that at these s and b, which a
 * change of the factors moves to no first order.
 * To be called inside a compiled function.
 *
 * @param signal [n, ...imageShape].
 * @param distortion the same, or [1, ...imageShape] for all pictures.
 * @example
 * import { misfit } from '@blind-demod/demod-core';
 * import { compile, float32 } from '@blind-demod/jit';
 *
 * const of = value => float32([1, 2], Float32Array.of(value, value));
 * const images = { w: of(1), x: of(0.5), y: of(0.25) };
 * const program = await compile(({ w, x, y }) => misfit(w, x, { observation: y }, {}).value, images, { device: 'cpu' });
 * console.log((await program.run(images)).data[0]); // 0.03125
 */
export function misfit(
  signal: Tensor,
  distortion: Tensor,
  problem: Problem<Tensor>,
  settings: MisfitSettings,
): Misfit {
  const product = tf.mul(signal, forEachPicture(distortion, signal));
  const levels = settings.exposure && fitLevels(product, problem, settings);
  const residual = tf.sub(levels ? asSeen(product, levels) : product, problem.observation);
  const { value, gradient } = meanLoss(residual, problem, settings);
  return {
    value: meanOverPictures(value, distortion),
    gradient: levels ? tf.mul(gradient, levels.exposure) : gradient,
  };
}

/** mean ρ over the observed pixels, and its gradient with respect to the residual. */
function meanLoss(
  difference: Tensor,
  { observed, noise }: Problem<Tensor>,
  { robustness }: Pick<SolverSettings, 'robustness'>,
): Misfit {
  const residual = observed === undefined ? difference : tf.mul(difference, observed);
  const axes = residual.shape.slice(1).map((_, axis) => axis + 1);
  const pixels =
    observed === undefined
      ? tf.scalar(residual.size / residual.shape[0]!)
      : tf.maximum(tf.sum(observed, axes, true), 1);
  const square = tf.square(residual);
  if (robustness === undefined) {
    return {
      value: tf.mul(0.5, tf.sum(tf.div(square, pixels), axes)),
      gradient: tf.div(residual, pixels),
    };
  }
  const root = tf.sqrt(tf.add(1, tf.square(tf.div(residual, turningPoint(robustness, noise)))));
  return {
    // δ² (root − 1) without its cancellation at small residuals.
    value: tf.sum(tf.div(tf.div(square, tf.add(root, 1)), pixels), axes),
    gradient: tf.div(residual, tf.mul(root, pixels)),
  };
}

/**
 * λ/2 (‖h‖² + ‖m‖²) of each problem, [n]: a normal prior of the codes, from which they were drawn in training. Of N pictures
 * of one distortion, the mean over them, as the misfit is: λ/2 (mean ‖h‖² + ‖m‖²/N).
 */
export function priorTerm(
  h: Tensor,
  m: Tensor,
  { latentPenalty }: Pick<SolverSettings, 'latentPenalty'>,
): Tensor {
  const pictures = picturesOf(h, m);
  const [ofSignals, ofDistortion] = [meanOverPictures(tf.sum(tf.square(h), 1), m), tf.sum(tf.square(m), 1)];
  const share = pictures === 1 ? ofDistortion : tf.div(ofDistortion, pictures);
  return tf.mul(latentPenalty / 2, tf.add(ofSignals, share));
}

/** A gradient of the misfit with respect to a code, with that of the prior term added. */
export const penalised = (
  gradient: Tensor,
  code: Tensor,
  { latentPenalty }: Pick<SolverSettings, 'latentPenalty'>,
): Tensor => tf.add(gradient, tf.mul(code, latentPenalty));
