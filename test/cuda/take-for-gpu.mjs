// Loaded before everything else in a process: TensorFlow's kernels for the processor stand for those of a GPU.
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';

// Not Intel's kernels, which a GPU does not have either.
process.env.TF_ENABLE_ONEDNN_OPTS = '0';
process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
tf.findBackend('tensorflow').isUsingGpuDevice = true;
