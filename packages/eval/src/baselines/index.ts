// The classical baselines of a comparison, the simplest first.
import type { Baseline } from '../comparison/method.js';
import { homomorphic } from './homomorphic.js';
import { l1BranchHull } from './l1-branch-hull.js';
import { liftedNuclearNorm } from './lifted-nuclear-norm.js';
import { observation } from './observation.js';
import { sparse } from './sparse.js';
import { subspaceAls } from './subspace-als.js';

export const BASELINES: readonly Baseline[] = [
  observation,
  homomorphic,
  subspaceAls,
  liftedNuclearNorm,
  sparse,
  l1BranchHull,
];
