// Algorithm 1 of Hand and Joshi (2019): one iteration, over a batch of independent problems.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { misfit, type Problem, penalised, priorTerm } from './misfit.js';
import { type GenerativePrior, imagesOf } from './prior.js';
import type { SolverSettings } from './settings.js';
import { candidates, chooseSigns } from './sign-check.js';

/** The codes of n problems and their momentum, the decaying sum of the gradients; both [n, latent dimension]. */
export interface Descent<T> {
  readonly code: T;
  readonly velocity: T;
}

/** Where the search stands: h and m of each problem of the batch. */
export interface SolverState<T> {
  readonly signal: Descent<T>;
  readonly distortion: Descent<T>;
}

/**
 * One iteration for every problem of the batch. Returns the state after it and the objective [batch] before its
 * steps: f(h, m) of equation 2 over the number of pixels, unless the settings make it robust or add a prior term.
 *
 * It costs five passes forward, G1(±h), G2(±m) and G1 of the new h, and two backward: the gradients reuse what the
 * sign check computed.
 */
export function iterate(
  signalPrior: GenerativePrior,
  distortionPrior: GenerativePrior,
  problem: Problem<Tensor>,
  state: SolverState<Tensor>,
  settings: SolverSettings,
): { state: SolverState<Tensor>; objective: Tensor } {
  const fit = (w: Tensor, x: Tensor) => misfit(w, x, problem, settings);

  // Line 3: the best of the sign patterns (±h, ±m).
  const signs = chooseSigns(
    candidates(signalPrior, state.signal.code, settings.signCheck),
    candidates(distortionPrior, state.distortion.code, settings.signCheck),
    (w, x) => fit(w, x).value,
  );
  const { signal, distortion } = signs;
  const w = imagesOf(signal.outputs);
  const x = imagesOf(distortion.outputs);

  const objective = tf.add(signs.objective, priorTerm(signal.code, distortion.code, settings));

  // Line 4: a step in h at (h, m) …
  const g1 = signalPrior.backward(signal.outputs, tf.mul(fit(w, x).gradient, x));
  const h = descend(flipped(state.signal, signal, settings), penalised(g1, signal.code, settings), settings);
  // … then a step in m at (new h, m).
  const newW = imagesOf(signalPrior.forward(h.code));
  const g2 = distortionPrior.backward(distortion.outputs, tf.mul(fit(newW, x).gradient, newW));
  const m = descend(
    flipped(state.distortion, distortion, settings),
    penalised(g2, distortion.code, settings),
    settings,
  );

  // Line 5: c = √(‖h‖/‖m‖), h ← h/c, m ← m·c.
  if (!settings.balance) return { state: { signal: h, distortion: m }, objective };
  const c = tf.sqrt(tf.div(norm(h.code), norm(m.code)));
  return {
    state: {
      signal: rescaled(h, tf.reciprocal(c), settings),
      distortion: rescaled(m, c, settings),
    },
    objective,
  };
}

/** A step of gradient descent with momentum. */
function descend(
  { code, velocity }: Descent<Tensor>,
  gradient: Tensor,
  { stepSize, momentum }: SolverSettings,
): Descent<Tensor> {
  const sum = tf.add(tf.mul(velocity, momentum), gradient);
  return { code: tf.sub(code, tf.mul(sum, stepSize)), velocity: sum };
}

/** The descent after the sign check; the paper does not say what becomes of momentum when a sign [batch, 1] is −1. */
function flipped(
  descent: Descent<Tensor>,
  { code, sign }: { code: Tensor; sign: Tensor },
  { momentumOnFlip }: SolverSettings,
): Descent<Tensor> {
  if (momentumOnFlip === 'keep') return { code, velocity: descent.velocity };
  const factor = momentumOnFlip === 'flip' ? sign : tf.relu(sign);
  return { code, velocity: tf.mul(descent.velocity, factor) };
}

/** The descent after the balance, its code multiplied by c [batch, 1]. Nor does it say whether momentum is rescaled. */
function rescaled(
  { code, velocity }: Descent<Tensor>,
  c: Tensor,
  { momentumOnBalance }: SolverSettings,
): Descent<Tensor> {
  return { code: tf.mul(code, c), velocity: momentumOnBalance === 'keep' ? velocity : tf.mul(velocity, c) };
}

/** ‖code‖ of each problem, [batch, 1]; the floor keeps a zero code from dividing by zero. */
const norm = (code: Tensor): Tensor => tf.maximum(tf.sqrt(tf.sum(tf.square(code), 1, true)), 1e-12);
