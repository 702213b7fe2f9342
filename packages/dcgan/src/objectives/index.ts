// The objectives of training, by the name that a config calls them by.
import type { z } from 'zod';
import type { Networks } from '../networks.js';
import { nonSaturating } from './non-saturating.js';
import type { Objective, Plan } from './objective.js';

export const OBJECTIVES = {
  'non-saturating': nonSaturating,
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
  return objectives[settings.objective].plan(settings, networks);
}
