// Runs a function as it is on a TensorFlow.js backend. `js`, the reference that every other device is tested against,
// is TensorFlow.js' own CPU backend; tfjs-node-gpu fits here as another backend name.
import type { NdArray } from '@blind-demod/experiment';
import * as tf from '@tensorflow/tfjs-core';
import { onBackend } from '../trace.js';
import { type ArraysOf, isNdArray, isTensor, mapTree, type Tree } from '../tree.js';
import type { Engine, Program } from './engine.js';

/** An engine over the TensorFlow.js backend that `load` registers under the name it returns. */
export async function eagerEngine(load: () => Promise<string>): Promise<Engine> {
  const backend = await load();
  await tf.setBackend(backend);
  return {
    async compile<I, O>(fn: (input: I) => O): Promise<Program<ArraysOf<I>, ArraysOf<O>>> {
      return {
        async run(input) {
          return onBackend(backend, () => {
            const tensors = mapTree(input as Tree<NdArray>, isNdArray, toTensor);
            return mapTree(fn(tensors as I) as Tree<tf.Tensor>, isTensor, toArray) as ArraysOf<O>;
          });
        },
        async dispose() {},
      };
    },
  };
}

const toTensor = ({ data, shape, dtype }: NdArray): tf.Tensor =>
  tf.tensor(data, [...shape], dtype as 'float32');

const toArray = (tensor: tf.Tensor): NdArray => ({
  dtype: tensor.dtype as 'float32',
  shape: tensor.shape,
  // A copy: the backend may give the same buffer to a later tensor.
  data: tensor.dataSync<'float32'>().slice(),
});
