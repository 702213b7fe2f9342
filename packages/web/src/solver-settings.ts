// The settings of the solvers that the page offers.
import { PAPER_SOLVER, ROBUST_SOLVER, type SolverSettings } from '@blind-demod/demod-core';
import type { SolverName } from './solvers.js';

export const SOLVER_SETTINGS: Readonly<Record<SolverName, SolverSettings>> = {
  // Its step is long, so that its few iterations are seen to move.
  quick: {
    ...ROBUST_SOLVER,
    draws: 16,
    restarts: 1,
    iterations: 10,
    stepSize: 600,
    polish: 40,
    averaging: undefined,
  },
  full: ROBUST_SOLVER,
  // As configs/paper.json has it.
  paper: { ...PAPER_SOLVER, refinement: ROBUST_SOLVER.refinement },
};
