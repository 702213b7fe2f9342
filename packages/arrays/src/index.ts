// Numbers: arrays, random streams, statistics, files of arrays. For Node and the browser.

export { sha256 } from '#sha256';
export { bilinearWeights } from './bilinear.js';
export { gaussianBlur } from './blur.js';
export { checkMemory } from './check-memory.js';
export { chosen } from './chosen.js';
export { errorWhereSeen, MAX_PSNR, psnr, relativeError } from './closeness.js';
export { UserError } from './errors.js';
export { type ByFactor, byFactor, FACTORS, type Factor, otherFactor } from './factor.js';
export { fromHalves, toHalves } from './float16.js';
export { gaussianWeights } from './gaussian.js';
export { JsonSyntaxError, parseJson } from './json.js';
export {
  elementCount,
  type Float32NdArray,
  float32,
  imageAt,
  type NdArray,
  stackRows,
  takeRows,
} from './ndarray.js';
export { type RandomStream, randomStream } from './random.js';
export { decodeSafetensors, encodeSafetensors } from './safetensors.js';
export { atBestScale, bestScale } from './scale.js';
export { type Distribution, distribution, mean, median, NORMAL_90, quantile } from './statistics.js';
export {
  addScaled,
  combine,
  inner,
  LEAST_NORMAL,
  minus,
  norm,
  normalised,
  plus,
  rowOf,
  scaled,
  times,
  type Vector,
} from './vectors.js';
