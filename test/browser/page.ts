// What a page bundles to take pictures apart.
export { decodeGenerator, generatorPrior, recover } from 'blind-demod';
export { env } from 'onnxruntime-web/wasm';
