// Every experiment, in the order in which they are read.

import { convergence } from './experiments/convergence.js';
import { descent } from './experiments/descent.js';
import { landscape } from './experiments/landscape.js';
import { networks } from './experiments/networks.js';
import { phaseTransition } from './experiments/phase-transition.js';
import { robustness } from './experiments/robustness.js';
import { trainedWeights } from './experiments/trained-weights.js';
import { weightDistribution } from './experiments/weight-distribution.js';
import type { Study, StudySettings } from './study.js';

export const STUDIES: readonly Study<StudySettings>[] = [
  landscape,
  networks,
  weightDistribution,
  trainedWeights,
  descent,
  convergence,
  phaseTransition,
  robustness,
];
