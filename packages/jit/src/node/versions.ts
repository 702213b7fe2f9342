// Which versions of the engines compute here.
import * as tf from '@tensorflow/tfjs-core';
import { env } from 'onnxruntime-common';

/**
 * The engines and their versions.
 *
 * @example
 * import { engineVersions } from '@blind-demod/jit/node';
 *
 * console.log(Object.keys(engineVersions)); // [ 'ONNX Runtime', 'TensorFlow.js' ]
 */
export const engineVersions: Readonly<Record<string, string>> = {
  'ONNX Runtime': env.versions.common,
  'TensorFlow.js': tf.version_core,
};
