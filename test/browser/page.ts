// What a page bundles to take pictures apart.
export { decodeGenerator, generatorPrior } from '@blind-demod/dcgan';
export { refine, solve } from '@blind-demod/demod-core';
export { env } from 'onnxruntime-web/wasm';
