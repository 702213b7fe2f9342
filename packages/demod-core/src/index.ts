/**
 * The solver: generative priors, the misfit, Algorithm 1, restarts, refinement.
 *
 * @module @blind-demod/demod-core
 */
export {
  balance,
  checkSigns,
  iterate,
  type SolverState,
  stepDistortion,
  stepSignal,
} from './algorithm1.js';
export { confidenceOf, GOOD_PSNR, type Signs, signsOf, undrawnShares } from './confidence.js';
export { type Convolution, convolve, swish } from './convolution.js';
export {
  type Denoised,
  type Denoiser,
  denoise,
  denoised,
  PLANES,
  type Sketch,
} from './denoiser.js';
export { distortionDeviation } from './doubt.js';
export { atUnitExposure, type Levels } from './levels.js';
export { misfit } from './misfit.js';
export { noiseLevels } from './noise.js';
export {
  type AffineLayer,
  type GenerativePrior,
  imagesOf,
  intoRange,
  layeredPrior,
  type Priors,
  randomReluPrior,
} from './prior.js';
export type { Problem } from './problem.js';
export { type Recovered, type RecoverOptions, recover } from './recover.js';
export { type Refinable, type Refined, refine } from './refine.js';
export { type Representation, type RepresentOptions, representationError } from './represent.js';
export { resampled } from './resampled.js';
export { DivergedError, type SearchProgress } from './search.js';
export {
  LEARNED_STARTS,
  PAPER_SOLVER,
  type RefinementSettings,
  ROBUST_SOLVER,
  type SolverSettings,
  UNKNOWN_EXPOSURE,
} from './settings.js';
export { type Recovery, type SolveOptions, solve } from './solve.js';
export { type Codes, chooseStarts, type Encoder } from './starts.js';
