// Algorithm 1 of Hand and Joshi (2019): one iteration, over a batch of independent problems.

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { misfit, penalised, priorTerm } from './misfit.js';
import { type GenerativePrior, imagesOf, type Priors } from './prior.js';
import type { Problem } from './problem.js';
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
 * sign check computed. To be called inside a compiled function; `examples/algorithm-1.mjs` has the whole loop.
 */
export function iterate(
  signalPrior: GenerativePrior,
  distortionPrior: GenerativePrior,
  problem: Problem<Tensor>,
  state: SolverState<Tensor>,
  settings: SolverSettings,
): { state: SolverState<Tensor>; objective: Tensor } {
  const priors = [signalPrior, distortionPrior] as const;
  const signed = checkSigns(priors, problem, state, settings);
  const h = stepSignal(priors, problem, signed, settings);
  const m = stepDistortion(priors, problem, signed, h, settings);
  return { state: balance({ signal: h, distortion: m }, settings), objective: signed.objective };
}

/** One factor after the sign check: its descent from the code that was chosen, and the prior's outputs for it. */
interface Signed {
  readonly descent: Descent<Tensor>;
  readonly outputs: readonly Tensor[];
}

/** Line 3: the best of the sign patterns (±h, ±m). */
export function checkSigns(
  [signalPrior, distortionPrior]: Priors,
  problem: Problem<Tensor>,
  state: SolverState<Tensor>,
  settings: SolverSettings,
): { signal: Signed; distortion: Signed; objective: Tensor } {
  const { signal, distortion, objective } = chooseSigns(
    candidates(signalPrior, state.signal.code, settings.signCheck),
    candidates(distortionPrior, state.distortion.code, settings.signCheck),
    (w, x) => misfit(w, x, problem, settings).value,
  );
  return {
    signal: { descent: flipped(state.signal, signal, settings), outputs: signal.outputs },
    distortion: { descent: flipped(state.distortion, distortion, settings), outputs: distortion.outputs },
    objective: tf.add(objective, priorTerm(signal.code, distortion.code, settings)),
  };
}

/** Line 4: a step in h at (h, m) … */
export function stepSignal(
  [signalPrior]: Priors,
  problem: Problem<Tensor>,
  { signal, distortion }: { signal: Signed; distortion: Signed },
  settings: SolverSettings,
): Descent<Tensor> {
  const x = imagesOf(distortion.outputs);
  const { gradient } = misfit(imagesOf(signal.outputs), x, problem, settings);
  const g1 = signalPrior.backward(signal.outputs, tf.mul(gradient, x));
  return descend(signal.descent, penalised(g1, signal.descent.code, settings), settings);
}

/** … then a step in m at (new h, m). */
export function stepDistortion(
  [signalPrior, distortionPrior]: Priors,
  problem: Problem<Tensor>,
  { distortion }: { distortion: Signed },
  h: Descent<Tensor>,
  settings: SolverSettings,
): Descent<Tensor> {
  const w = imagesOf(signalPrior.forward(h.code));
  const { gradient } = misfit(w, imagesOf(distortion.outputs), problem, settings);
  const g2 = distortionPrior.backward(distortion.outputs, tf.mul(gradient, w));
  return descend(distortion.descent, penalised(g2, distortion.descent.code, settings), settings);
}

/** Line 5: c = √(‖h‖/‖m‖), h ← h/c, m ← m·c. */
export function balance(
  { signal: h, distortion: m }: SolverState<Tensor>,
  settings: SolverSettings,
): SolverState<Tensor> {
  if (!settings.balance) return { signal: h, distortion: m };
  const c = tf.sqrt(tf.div(norm(h.code), norm(m.code)));
  return { signal: rescaled(h, tf.reciprocal(c), settings), distortion: rescaled(m, c, settings) };
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
