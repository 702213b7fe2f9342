// The comparison that a report tells of.
import type { LoadedExperiment } from '@blind-demod/experiment';
import type { EvaluationInput } from '../plan.js';
import { type Comparison, comparisonIn } from './compare.js';
import { generativeProcedures, OURS } from './generative.js';

/** The comparison in `input.comparison`, if it is of this experiment's solver with these generators. */
export async function comparisonOf(
  { experiment }: LoadedExperiment,
  { comparison: folder, generators, device }: EvaluationInput,
): Promise<Pick<Comparison, 'pairs' | 'results'> | undefined> {
  if (folder === undefined) return undefined;
  const ours = generativeProcedures(experiment, { generators, device }).find(({ name }) => name === OURS);
  return comparisonIn(folder, ours!);
}
