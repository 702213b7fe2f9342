// The judgement: how well held-out pairs are demodulated.
export { type BenchmarkOptions, type BenchmarkRow, benchmark } from './benchmark.js';
export { type Evaluation, type EvaluationInput, evaluate } from './evaluate.js';
export { psnr } from './metrics/psnr.js';
export { relativeError } from './metrics/relative-error.js';
export { atBestScale, bestScale } from './metrics/scale.js';
export { type Scores, scoreAtBestScale } from './metrics/scores.js';
export { ssim } from './metrics/ssim.js';
export type { Distribution } from './statistics.js';
export type { EstimateSummary, Summary } from './summary.js';
export { summaryTable, textTable } from './table.js';
