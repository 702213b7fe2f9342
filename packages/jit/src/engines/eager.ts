// Runs a function as it is on a TensorFlow.js backend: `js`, the reference that every other device is tested against,
// on TensorFlow.js' own CPU backend, and `cuda` on tfjs-node-gpu.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { onBackend } from '../trace.js';
import { isTensor, mapTree, type Tree } from '../tree.js';
import { type AnyArray, DeviceArray, type Engine, isAnyArray } from './engine.js';

/** An engine over the TensorFlow.js backend that `load` registers under the name it returns. */
export async function eagerEngine(load: () => Promise<string>): Promise<Engine> {
  const backend = await load();
  await tf.setBackend(backend);
  return {
    // It would wait less for a GPU, too; that is not measured.
    computesAside: false,
    async compile<I>(fn: (input: I) => unknown, _: unknown, keep: (path: string) => boolean = () => false) {
      return {
        async run(input: Tree<AnyArray>) {
          return onBackend(backend, () => {
            const tensors = mapTree(input, isAnyArray, toTensor);
            return mapTree(
              fn(tensors as I) as Tree<tf.Tensor>,
              isTensor,
              (tensor, path): AnyArray => (keep(path) ? kept(tensor) : toArray(tensor)),
            );
          });
        },
        async dispose() {},
      };
    },
  };
}

const toTensor = (array: AnyArray): tf.Tensor =>
  array instanceof DeviceArray
    ? (array.tensor as tf.Tensor)
    : tf.tensor(array.data, [...array.shape], array.dtype as 'float32');

/** A clone shares the values, and may be disposed of alone. */
const kept = (tensor: tf.Tensor): DeviceArray =>
  new DeviceArray(tensor.dtype as 'float32', tensor.shape, tf.keep(tf.clone(tensor)));

const toArray = (tensor: tf.Tensor): NdArray => ({
  dtype: tensor.dtype as 'float32',
  shape: tensor.shape,
  // A copy: the backend may give the same buffer to a later tensor.
  data: tensor.dataSync<'float32'>().slice(),
});
