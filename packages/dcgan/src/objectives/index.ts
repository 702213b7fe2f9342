// The objectives of training, by the name that a config calls them by.
import type { z } from 'zod';
import type { Networks } from '../networks.js';
import { ambientPlan } from './ambient.js';
import { autoencoder } from './autoencoder.js';
import { glo } from './glo.js';
import { hinge } from './hinge.js';
import { leastSquares } from './least-squares.js';
import { nonSaturating } from './non-saturating.js';
import type { Objective, Plan } from './objective.js';
import { r1 } from './r1.js';
import { variational } from './variational.js';

export const OBJECTIVES = {
  'non-saturating': nonSaturating,
  'least-squares': leastSquares,
  hinge,
  r1,
  autoencoder,
  variational,
  glo,
};

export type ObjectiveName = keyof typeof OBJECTIVES;

/** The settings of a training: by this objective, by any where none is named. */
export type TrainingSettings<Name extends ObjectiveName = ObjectiveName> = {
  [N in Name]: z.output<ReturnType<(typeof OBJECTIVES)[N]['settings']>>;
}[Name];

/** What is meant where none is named: configs and artifacts are older than the choice. */
export const DEFAULT_OBJECTIVE = 'non-saturating' satisfies ObjectiveName;

/** How these networks are trained by these settings. */
export function planOf<Name extends ObjectiveName>(
  settings: TrainingSettings<Name> & { readonly objective: Name },
  networks: Networks,
): Plan {
  const objectives: { [N in ObjectiveName]: Objective<TrainingSettings<N>> } = OBJECTIVES;
  const planFor = (of: Networks) => objectives[settings.objective].plan(settings, of);
  return asksForOthers(settings) ? ambientPlan(planFor, networks, settings.ambient) : planFor(networks);
}

/** Whether a training by these settings needs images of the other factor. */
export const asksForOthers = <S extends object>(settings: S): settings is S & { ambient: 'given' | 'made' } =>
  'ambient' in settings && settings.ambient !== undefined;
