// Every study, in the order in which they are read.

import type { Study, StudySettings } from '../study.js';
import { convergence } from './convergence.js';
import { descent } from './descent.js';
import { landscape } from './landscape.js';
import { networks } from './networks.js';
import { phaseTransition } from './phase-transition.js';
import { robustness } from './robustness.js';
import { trainedWeights } from './trained-weights.js';
import { weightDistribution } from './weight-distribution.js';

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
