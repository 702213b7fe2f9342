// The judgement: how well held-out pairs are demodulated.
export { type AblationRow, ablate, departures, paperVariants } from './ablation.js';
export {
  type BenchmarkOptions,
  type BenchmarkResult,
  type BenchmarkRow,
  benchmark,
  type Measurement,
} from './benchmark/benchmark.js';
export { barChart } from './benchmark/chart.js';
export { profileProgram } from './benchmark/profile.js';
export type { ProgramName, Size } from './benchmark/programs.js';
export { byName, type Comparison, type ComparisonInput, compare } from './comparison/compare.js';
export { CONDITIONS, type Condition } from './comparison/conditions.js';
export type { Named, Procedure } from './comparison/method.js';
export { allProcedures, withMethods } from './comparison/methods.js';
export type { MethodSummary, Summarised } from './comparison/summary.js';
export { comparisonTables } from './comparison/tables.js';
export { type Evaluation, evaluate, type Solved } from './evaluate.js';
export { psnr } from './metrics/psnr.js';
export { relativeError } from './metrics/relative-error.js';
export { atBestScale, bestScale } from './metrics/scale.js';
export { type Scores, scoreAtBestScale } from './metrics/scores.js';
export { ssim } from './metrics/ssim.js';
export type { EvaluationInput } from './plan.js';
export type { Reliability } from './reliability.js';
export type { Results } from './results.js';
export { rocArea } from './roc.js';
export { mergeShards, type Shard, type SolvedShard, solveShard } from './shards.js';
export type { Distribution } from './statistics.js';
export type { EstimateSummary, Summary } from './summary.js';
export { summaryTable, textTable } from './table.js';
