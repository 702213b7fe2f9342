/**
 * How a tensor program runs: TensorFlow.js functions, compiled to ONNX Runtime or run eagerly. For Node and the browser.
 *
 * @module @blind-demod/jit
 */
export { float32, type NdArray } from '@blind-demod/arrays';
export { compile, compileLoop, constant, exportOnnx } from './compile.js';
export { DEVICES, type Device } from './device-names.js';
export { type Choice, chooseDevice, chosenDevice } from './devices.js';
export type { Program } from './engines/engine.js';
export { kernelTable } from './kernels/table.js';
export type { Loop } from './loop.js';
export { ATTRIBUTE_TYPE, decodeModelProto, encodeModelProto, type Message } from './onnx-format.js';
export { countOperations, shapesOf } from './operations.js';
export { threadCount, useThreads } from './threads.js';
export { type ArraysOf, isNdArray, isTensor, leaves, mapTree, type Tree } from './tree.js';
