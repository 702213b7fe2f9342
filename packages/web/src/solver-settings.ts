// The settings of the solvers that the page offers.
import { PAPER_SOLVER, type SolverSettings } from '@blind-demod/demod-core';
import paperExperiment from '../../../configs/paper.json' with { type: 'json' };
import paperSolver from '../../../configs/paper-solver.json' with { type: 'json' };
import type { SolverName } from './solvers.js';

type Config = { readonly refinement: object } & Record<string, unknown>;

/** The settings of a config file, with the defaults that its schema gives. */
const configured = ({ refinement, ...solver }: Config): SolverSettings => ({
  ...PAPER_SOLVER,
  ...solver,
  refinement: { ...PAPER_SOLVER.refinement, ...refinement },
});

const full = configured(paperExperiment.solver);

export const SOLVER_SETTINGS: Readonly<Record<SolverName, SolverSettings>> = {
  quick: { ...full, draws: 64, restarts: 1, iterations: 10, polish: 40, averaging: undefined },
  full,
  paper: configured(paperSolver.solver),
};
