// The settings of a pair of networks and of its training: those of their architecture and of their objective.
import type { ByFactor } from '@blind-demod/arrays';
import type { DataSettings } from '@blind-demod/distortion-data';
import { z } from 'zod';
import { commonSettings as networkSettings } from './architectures/architecture.js';
import { ARCHITECTURES, type NetworkSettings } from './architectures/index.js';
import { OBJECTIVES, type TrainingSettings } from './objectives/index.js';
import { commonSettings as trainingSettings } from './objectives/objective.js';

/** @param latentDimension what it is where the settings leave it out. */
export function networkSchema(latentDimension: number) {
  const common = networkSettings(z, latentDimension);
  const [first, ...others] = Object.values(ARCHITECTURES).map(({ settings }) => settings(z, common));
  return z
    .discriminatedUnion('architecture', [first!, ...others])
    .prefault({})
    .describe('The networks of this factor.') satisfies z.ZodType<NetworkSettings>;
}

const common = trainingSettings(z);
const [first, ...others] = Object.values(OBJECTIVES).map(({ settings }) => settings(z, common));

export const trainingSchema = z
  .discriminatedUnion('objective', [first!, ...others])
  .prefault({})
  .describe('How the networks are trained.') satisfies z.ZodType<TrainingSettings>;

/** Of an experiment, all that its generators depend on. */
export type GeneratorSettings = DataSettings &
  ByFactor<{ readonly network: NetworkSettings; readonly training: TrainingSettings }>;
