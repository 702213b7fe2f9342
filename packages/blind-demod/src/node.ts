/**
 * The library: takes pictures apart. Browsers have all of it but what reads and writes files: `loadGenerators`,
 * `loadOnnxGenerator`, `readImageFile` and `writePng`.
 *
 * @module blind-demod
 */
export { loadOnnxGenerator } from '@blind-demod/dcgan/node';
export { readImageFile, writePng } from '@blind-demod/distortion-data';
export * from './index.js';
export { type LoadedGenerators, loadGenerators } from './load-generators.js';
