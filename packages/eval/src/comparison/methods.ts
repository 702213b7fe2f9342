// All methods that are compared, in the order of their rows.
import type { Factor } from '@blind-demod/arrays';
import type { FactorImages } from '@blind-demod/distortion-data';
import type { Experiment } from '@blind-demod/experiment';
import { BASELINES } from '../baselines/index.js';
import { type Generative, generativeProcedures } from './generative.js';
import { alone, type Procedure } from './method.js';

/** The baselines, and the methods with generators. */
export function allProcedures(
  experiment: Experiment,
  { images, ...generative }: Generative & { images: Readonly<Record<Factor, FactorImages>> },
): Procedure[] {
  const training = { signal: images.signal.train, distortion: images.distortion.train };
  return [
    ...BASELINES.map(baseline => alone(baseline(training))),
    ...generativeProcedures(experiment, generative),
  ];
}

/** The procedures of the methods of these names, showing no others. */
export function withMethods(procedures: readonly Procedure[], names: readonly string[]): Procedure[] {
  return procedures
    .map(procedure => ({
      ...procedure,
      methods: procedure.methods.filter(({ name }) => names.includes(name)),
    }))
    .filter(({ methods }) => methods.length > 0);
}
