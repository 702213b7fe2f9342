// The experiment's own solver, and the ceiling: its refined signal, had the true distortion been known.
import { refine } from '@blind-demod/demod-core';
import type { Means, Search } from './method.js';
import { isPapers, PAPER } from './paper-solver.js';
import { type Reading, searched } from './search.js';

export const OURS = { name: 'ours', title: 'this solver' };

export const ownSolver = (means: Means): Search => {
  const { solver } = means.experiment;
  const refinement = { ...solver.refinement, smoothing: 0 };
  const title = isPapers(solver) ? PAPER.title : OURS.title;
  const ceiling: Reading = {
    name: 'ceiling',
    title: 'refined, true distortion known',
    read: ({ signal }, problem) => ({
      signal: refine({ ...problem, signal, distortion: problem.trueDistortion }, refinement).signal,
    }),
  };
  // The paper's solver divides, whatever else there is.
  const { denoiser, ...others } = means;
  return searched(
    { ...OURS, title, solver, tellsDoubt: true, more: [ceiling] },
    isPapers(solver) ? others : { ...others, denoiser },
  );
};
