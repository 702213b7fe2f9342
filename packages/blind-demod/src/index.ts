// The library, for Node and the browser: what a program needs to take pictures apart.
export { type ByFactor, type Float32NdArray, float32, UserError } from '@blind-demod/arrays';
export {
  decodeDenoiser,
  decodeEncoder,
  decodeGenerator,
  encoderOf,
  type Generator,
  generatorPrior,
  type OnnxGenerator,
  type OnnxOptions,
  readOnnxGenerator,
} from '@blind-demod/dcgan';
export {
  type Denoiser,
  DivergedError,
  type Encoder,
  type GenerativePrior,
  LEARNED_STARTS,
  PAPER_SOLVER,
  type Recovered,
  type RecoverOptions,
  ROBUST_SOLVER,
  recover,
  type SearchProgress,
  type SolverSettings,
  UNKNOWN_EXPOSURE,
} from '@blind-demod/demod-core';
export type { Device } from '@blind-demod/jit';
