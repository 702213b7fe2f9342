// Speed, and where the time goes.
export {
  type BenchmarkOptions,
  type BenchmarkResult,
  type BenchmarkRow,
  benchmark,
  type Measurement,
} from './benchmark.js';
export { chromium, startChromium } from './chromium.js';
export { measurePage, type PageSpeed } from './page.js';
export { profileProgram } from './profile.js';
export type { ProgramName, Size } from './programs.js';
export { type Change, changesBetween, newest, type Ratios, ratiosOf, ratiosSchema } from './ratios.js';
