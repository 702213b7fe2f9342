// What no gradient goes through: truth values and places. TensorFlow.js would ask for one.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What `f` makes, as a constant for the gradient: it does not change where tensors change a little. */
export const flat = (f: () => Tensor): Tensor => tf.customGrad(() => ({ value: f(), gradFunc: () => [] }))();
