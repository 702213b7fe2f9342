// The settings of the solvers that the page offers.
import { PAPER_SOLVER, ROBUST_SOLVER, type SolverSettings } from '@blind-demod/demod-core';
import type { SolverName } from './solvers.js';

/** As configs/robust.json has it: for the paper's generators, which are the page's. */
const FULL: SolverSettings = {
  ...ROBUST_SOLVER,
  balance: true,
  robustness: 0.015,
  latentPenalty: 1e-7,
  polish: 130,
};

export const SOLVER_SETTINGS: Readonly<Record<SolverName, SolverSettings>> = {
  quick: { ...FULL, draws: 16, restarts: 1, iterations: 10, polish: 40, averaging: undefined },
  full: FULL,
  // As configs/paper.json has it.
  paper: { ...PAPER_SOLVER, refinement: FULL.refinement },
};
