// The judgement: how well held-out pairs are demodulated.
export {
  type AblationRow,
  ablate,
  departures,
  groupVariants,
  noiseVariants,
  paperVariants,
} from './ablation.js';
export { byName, type Comparison, type ComparisonInput, compare, compareShard } from './comparison.js';
export { type Evaluation, type EvaluationInput, evaluate } from './evaluation.js';
export {
  type Attempt,
  type Entry,
  type Failure,
  type GeneratorFacts,
  type Leaderboard,
  type Run,
  type RunSettings,
  recordRun,
  runIn,
  writeLeaderboard,
} from './leaderboard.js';
export { allProcedures, lightProcedures, withMethods } from './methods/index.js';
export type { Named, Procedure } from './methods/method.js';
export { METRICS, type Scores, type Summary } from './metrics/index.js';
export type { Reliability } from './metrics/reliability.js';
export { rocArea } from './metrics/roc.js';
export { ssim } from './metrics/ssim.js';
export { comparisonTables } from './report/comparison-tables.js';
export { summaryTable } from './report/evaluation-table.js';
export { asJson } from './report/leaderboard/json.js';
export { leaderboardTable } from './report/leaderboard/table.js';
export type { Results } from './report/results.js';
export type { EvaluationSummary, MethodSummary, SolverSummary, Summarised } from './report/summary.js';
export { mergeShards, type SolvedShard, solveShard } from './shards.js';
export type { Shard } from './trials/batches.js';
export { CONDITIONS, type Condition, MORE_CONDITIONS } from './trials/conditions.js';
export type { Ran } from './trials/run.js';
export { type PairScores, pairScoresSchema } from './trials/scores.js';
