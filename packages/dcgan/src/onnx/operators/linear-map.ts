// A linear map along one axis, by which images are resized, mirrored and cut at steps.

import { elementCount } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount, type Known, known } from '../known.js';
import { apply, checkAxis, computed, shapeOf, type Value } from '../value.js';

/** What each entry of the result has of each entry before: by its number, how much. */
export type Row = readonly (readonly [number: number, weight: number])[];

/** Entries of a matrix, at most: no image needs a larger one. */
const MOST_ENTRIES = 2 ** 24;

/** The matrix [rows, length]. */
export function matrixOf(rows: readonly Row[], length: number): Known {
  checkCount([rows.length, length], MOST_ENTRIES);
  const data = new Float32Array(rows.length * length);
  for (const [index, row] of rows.entries()) {
    for (const [number, weight] of row) data[index * length + number]! += weight;
  }
  return known('real', [rows.length, length], data);
}

/** matrix · value along an axis; TensorFlow.js has no gradient of products of one matrix with many. */
export function mapAlong(value: Value, axis: number, matrix: Known): Value {
  checkAxis(value, axis);
  const shape = shapeOf(value);
  const [count, length] = matrix.shape as [number, number];
  const inner = elementCount(shape.slice(axis + 1));
  return apply(value, tensor => {
    const whole = tensor.shape.with(axis, count);
    if (inner === 1) {
      const lines = tf.reshape(tensor, [-1, length]) as tf.Tensor2D;
      return tf.reshape(tf.matMul(lines, computed(matrix).tensor as tf.Tensor2D, false, true), whole);
    }
    // Made anew for the gradient: an engine that runs eagerly has disposed of what came before it.
    const one = () => tf.reshape(computed(matrix).tensor, [1, count, length]);
    const product = tf.customGrad(x => ({
      value: tf.matMul(one(), x as Tensor),
      gradFunc: (dy: Tensor) => tf.matMul(one(), dy, true, false),
    }));
    return tf.reshape(product(tf.reshape(tensor, [-1, length, inner])), whole);
  });
}
