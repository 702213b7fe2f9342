/**
 * The library as Node has it: the same, and files.
 *
 * @module blind-demod
 */
export { loadOnnxGenerator } from '@blind-demod/dcgan/node';
export { readImageFile, writePng } from '@blind-demod/distortion-data';
export * from './index.js';
export { loadGenerators } from './load-generators.js';
