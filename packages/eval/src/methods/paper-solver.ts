// Algorithm 1 as the paper has it: 500 iterations, step size 1, momentum 0.9, one start.
import { hashOf } from '@blind-demod/artifacts';
import { PAPER_SOLVER, type SolverSettings } from '@blind-demod/demod-core';
import type { Means, Search } from './method.js';
import { searched } from './search.js';

export const PAPER = { name: 'paper', title: 'the paper’s solver' };

/** Refined as the experiment's own, which the paper's is compared with. */
export const paperSolver = ({ paperGenerators, denoiser: _, ...means }: Means): Search => {
  const { refinement } = means.experiment.solver;
  const generators = paperGenerators ?? means.generators;
  return searched({ ...PAPER, solver: { ...PAPER_SOLVER, refinement } }, { ...means, generators });
};

/** Whether these are the paper's settings, but for the refinement. */
export const isPapers = (solver: SolverSettings): boolean =>
  hashOf(solver) === hashOf({ ...PAPER_SOLVER, refinement: solver.refinement });
