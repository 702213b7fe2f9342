// Gradient descent on the codes of two generators with an ℓ2 penalty on them (Asim, Shamshad and Ahmed 2018, there for
// blind deconvolution), without Algorithm 1's sign check and balance.
import { PAPER_SOLVER } from '@blind-demod/demod-core';
import type { ProcedureOf } from './method.js';
import { searched } from './search.js';

/**
 * Of two starts the one of least objective is kept. λ was chosen on 24 training pairs: 10⁻⁷, 10⁻⁶, 10⁻⁵ gave refined
 * signals of 40.8, 41.3, 40.1 dB, and at the 10th percentile 36.9, 37.3, 32.9 dB; the step size is this solver's.
 */
const SOLVER = {
  ...PAPER_SOLVER,
  signCheck: false,
  balance: false,
  stepSize: 20,
  latentPenalty: 1e-6,
  restarts: 2,
};

export const twoGenerators: ProcedureOf = ({ denoiser: _, ...means }) => {
  const { refinement } = means.experiment.solver;
  const solver = { ...SOLVER, refinement };
  return searched({ name: 'two-generators', title: 'two generators, ℓ2', solver }, means);
};
