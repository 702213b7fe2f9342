// Algorithm 1 of Hand and Joshi (2019): one iteration, over a batch of independent problems.
import type { SolverSettings } from '@blind-demod/experiment';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type GenerativePrior, imagesOf } from './prior.js';
import { candidates, chooseSigns } from './sign-check.js';

/** Where the search stands: codes and their momentum, [batch, n] for the signal and [batch, p] for the distortion. */
export interface SolverState<T> {
  readonly signalCode: T;
  readonly signalVelocity: T;
  readonly distortionCode: T;
  readonly distortionVelocity: T;
}

/**
 * f(h, m) = ½ ‖G1(h) ⊙ G2(m) − y‖² / ℓ for each problem of the batch: [batch]. Equation 2 with the mean over the ℓ
 * pixels in place of the sum, so that a step size means the same at every image size.
 */
export function objective(signal: Tensor, distortion: Tensor, observation: Tensor): Tensor {
  const residual = tf.sub(tf.mul(signal, distortion), observation);
  return tf.mul(
    tf.mean(
      tf.square(residual),
      residual.shape.slice(1).map((_, axis) => axis + 1),
    ),
    0.5,
  );
}

/** Its gradient with respect to the images of one factor, the other one given. */
function imageGradient(factor: Tensor, other: Tensor, observation: Tensor): Tensor {
  const pixels = factor.size / factor.shape[0]!;
  return tf.div(tf.mul(tf.sub(tf.mul(factor, other), observation), other), pixels);
}

/**
 * One iteration for every problem of the batch. Returns the state after it and the objective [batch] before its steps.
 *
 * It costs five passes forward, G1(±h), G2(±m) and G1 of the new h, and two backward: the gradients reuse what the
 * sign check computed.
 */
export function iterate(
  signalPrior: GenerativePrior,
  distortionPrior: GenerativePrior,
  observation: Tensor,
  state: SolverState<Tensor>,
  settings: SolverSettings,
): { state: SolverState<Tensor>; objective: Tensor } {
  // Line 3: the best of the sign patterns (±h, ±m).
  const signs = chooseSigns(
    candidates(signalPrior, state.signalCode, settings.signCheck),
    candidates(distortionPrior, state.distortionCode, settings.signCheck),
    (signal, distortion) => objective(signal, distortion, observation),
  );
  const { signal, distortion } = signs;
  const w = imagesOf(signal.outputs);
  const x = imagesOf(distortion.outputs);

  // Line 4: a step in h at (h, m) …
  const g1 = signalPrior.backward(signal.outputs, imageGradient(w, x, observation));
  const h = descend(signal.code, flipped(state.signalVelocity, signal.sign, settings), g1, settings);
  // … then a step in m at (new h, m).
  const newW = imagesOf(signalPrior.forward(h.code));
  const g2 = distortionPrior.backward(distortion.outputs, imageGradient(x, newW, observation));
  const m = descend(
    distortion.code,
    flipped(state.distortionVelocity, distortion.sign, settings),
    g2,
    settings,
  );

  // Line 5: c = √(‖h‖/‖m‖), h ← h/c, m ← m·c.
  const c = settings.balance ? tf.sqrt(tf.div(norm(h.code), norm(m.code))) : tf.scalar(1);
  const k = settings.momentumOnBalance === 'scale' ? c : tf.scalar(1);
  return {
    state: {
      signalCode: tf.div(h.code, c),
      signalVelocity: tf.div(h.velocity, k),
      distortionCode: tf.mul(m.code, c),
      distortionVelocity: tf.mul(m.velocity, k),
    },
    objective: signs.objective,
  };
}

/** Gradient descent with momentum. */
function descend(code: Tensor, velocity: Tensor, gradient: Tensor, { stepSize, momentum }: SolverSettings) {
  const next = tf.add(tf.mul(velocity, momentum), gradient);
  return { code: tf.sub(code, tf.mul(next, stepSize)), velocity: next };
}

/** What becomes of the momentum of codes whose sign [batch, 1] is −1. The paper does not say. */
function flipped(velocity: Tensor, sign: Tensor, { momentumOnFlip }: SolverSettings): Tensor {
  if (momentumOnFlip === 'keep') return velocity;
  return tf.mul(velocity, momentumOnFlip === 'flip' ? sign : tf.relu(sign));
}

/** ‖code‖ of each problem, [batch, 1]; the floor keeps a zero code from dividing by zero. */
const norm = (code: Tensor): Tensor => tf.maximum(tf.sqrt(tf.sum(tf.square(code), 1, true)), 1e-12);
