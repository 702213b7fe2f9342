// What the report tells of.
import type { LoadedExperiment } from '@blind-demod/experiment';
import type { Comparison } from '../../comparison.js';
import type { Plan } from '../../evaluation.js';
import type { Reliability } from '../../metrics/reliability.js';
import type { Judged, JudgedImages, Judgement } from '../judgement.js';
import type { EvaluationSummary, SolverSummary } from '../summary.js';

export interface ReportInput {
  readonly loaded: Pick<LoadedExperiment, 'name' | 'file' | 'experiment'>;
  readonly plan: Pick<Plan, 'tests' | 'pairs' | 'settings'>;
  /** One per pair. */
  readonly judged: readonly Judged[];
  /** Of the experiment's own solver. */
  readonly summary: EvaluationSummary;
  /** Of the paper's, where that is another. */
  readonly paper?: SolverSummary | undefined;
  readonly reliability: Reliability;
  /** The first pairs, for figure 2. */
  readonly shown: readonly JudgedImages[];
  /** The pairs of least refined PSNR, the worst first. */
  readonly worst: readonly WorstCase[];
  /** Of this solver with others, where there is one. */
  readonly comparison?: Pick<Comparison, 'pairs' | 'results'> | undefined;
  /** The sha256 of other files of the evaluation, by name. */
  readonly checksums: Readonly<Record<string, string>>;
}

export interface WorstCase extends Judgement {
  /** Its number. */
  readonly pair: number;
}
