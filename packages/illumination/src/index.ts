// The light that pictures share: found, told with its doubt, and taken out.
export {
  type CorrectionResult,
  correct,
  type LightResult,
  type PictureResult,
  type SeriesResult,
} from './correct/correct.js';
export { type LearnOptions, type LearnResult, learnPrior } from './correct/learn.js';
export type { CorrectOptions } from './correct/options.js';
