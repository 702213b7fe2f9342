// All methods, in the order of their rows.
import { homomorphic } from './baselines/homomorphic.js';
import { l1BranchHull } from './baselines/l1-branch-hull.js';
import { liftedNuclearNorm } from './baselines/lifted-nuclear-norm.js';
import { doingNothing, observation } from './baselines/observation.js';
import { sparse } from './baselines/sparse.js';
import { subspaceAls } from './baselines/subspace-als.js';
import { LIGHTS } from './lights.js';
import { alone, type Baseline, type Means, type Procedure, type ProcedureOf } from './method.js';
import { ownSolver } from './own-solver.js';
import { isPapers, paperSolver } from './paper-solver.js';
import { twoGenerators } from './two-generators.js';

/** Without generators, the simplest first. */
export const BASELINES = {
  observation,
  homomorphic,
  subspaceAls,
  liftedNuclearNorm,
  sparse,
  l1BranchHull,
} satisfies Record<string, Baseline>;

/** With generators. */
export const SOLVERS = {
  twoGenerators,
  paperSolver,
  ownSolver,
} satisfies Record<string, ProcedureOf>;

/** The procedures of the methods that look for a light alone, which are asked for by name, and of doing nothing: they need no generators. */
export const lightProcedures = (): Procedure[] => [doingNothing, ...LIGHTS].map(alone);

/** The procedures of all other methods. Of an experiment whose own solver is the paper's, that one is there once. */
export function allProcedures(means: Means): Procedure[] {
  const solvers = Object.values<ProcedureOf>(SOLVERS).filter(
    solver => solver !== paperSolver || !isPapers(means.experiment.solver),
  );
  return [
    ...Object.values<Baseline>(BASELINES).map(baseline => alone(baseline(means.training))),
    ...solvers.map(solver => solver(means)),
  ];
}

/** The procedures of the methods of these names, showing no others. */
export function withMethods<P extends Procedure>(procedures: readonly P[], names: readonly string[]): P[] {
  return procedures
    .map(procedure => ({
      ...procedure,
      methods: procedure.methods.filter(({ name }) => names.includes(name)),
    }))
    .filter(({ methods }) => methods.length > 0);
}
