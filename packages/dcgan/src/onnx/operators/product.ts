// Products of matrices.
import { elementCount } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { broadcast } from '../known.js';
import type { Operator, OperatorTable } from '../operator.js';
import {
  apply,
  computed,
  elementwise,
  expand,
  isLifted,
  joint,
  NotLiftable,
  Refusal,
  reshape,
  shapeOf,
  transpose,
  type Value,
} from '../value.js';

const swapLast = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];

/** Of two matrices, by TensorFlow.js; the first axis of `a` may be the batch. */
function ofTwo(a: Value, b: Value, transposeA = false, transposeB = false): Value {
  if (isLifted(b) || (transposeA && isLifted(a))) throw new NotLiftable('a product over the batch');
  const [left, right] = [computed(a).tensor, computed(b).tensor];
  return { ...joint([a, b]), tensor: tf.matMul(left, right, transposeA, transposeB) };
}

/** Stacks of matrices, the axes before the last two broadcast. */
export function matrixProduct(a: Value, b: Value): Value {
  const [left, right] = [shapeOf(a), shapeOf(b)];
  if (left.at(-1) !== right.at(-2)) throw new Refusal(`matrices of [${left}] and [${right}] have no product`);
  const [stackA, stackB] = [left.slice(0, -2), right.slice(0, -2)];
  if (elementCount(stackB) === 1 && left.length >= right.length && !isLifted(b)) {
    const rows = reshape(a, [elementCount(left.slice(0, -1)), left.at(-1)!]);
    return reshape(ofTwo(rows, reshape(b, right.slice(-2))), [...left.slice(0, -1), right.at(-1)!]);
  }
  if (elementCount(stackA) === 1 && right.length >= left.length && !isLifted(a) && right.length > 2) {
    // The same with both transposed.
    const other = transpose(b, swapLast(right.length));
    const one = transpose(reshape(a, left.slice(-2)), [1, 0]);
    return transpose(matrixProduct(other, one), swapLast(right.length));
  }
  const stack = broadcast([stackA, stackB]);
  const [first, second] = [
    expand(a, [...stack, ...left.slice(-2)]),
    expand(b, [...stack, ...right.slice(-2)]),
  ];
  if (isLifted(first) !== isLifted(second)) throw new NotLiftable('a product with matrices of a fixed batch');
  if (stack.length === 0) return ofTwo(first, second);
  const product = tf.matMul(computed(first).tensor, computed(second).tensor);
  return { ...joint([first, second]), tensor: product };
}

/** Vectors are matrices of one row, or one column, which the result does not have. */
const matMul: Operator = call => {
  const [a, b] = [call.input(0), call.input(1)];
  const [left, right] = [shapeOf(a), shapeOf(b)];
  const whole = matrixProduct(
    left.length === 1 ? reshape(a, [1, ...left]) : a,
    right.length === 1 ? reshape(b, [...right, 1]) : b,
  );
  const shape = [...shapeOf(whole)];
  if (left.length === 1) shape.splice(-2, 1);
  if (right.length === 1) shape.splice(-1, 1);
  return reshape(whole, shape);
};

const gemm: Operator = call => {
  const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
  const product = ofTwo(
    call.input(0),
    call.input(1),
    call.number('transA', 0) === 1,
    call.number('transB', 0) === 1,
  );
  const scaled = alpha === 1 ? product : apply(product, x => tf.mul(x, alpha));
  const added = call.inputs[2];
  if (!added || beta === 0) return scaled;
  const shift = beta === 1 ? added : apply(added, x => tf.mul(x, beta));
  return elementwise(tf.add, scaled, shift);
};

export const productOperators: OperatorTable = { MatMul: matMul, Gemm: gemm };
