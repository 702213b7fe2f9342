// The kernels of src/kernels/reduction.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { axisOf, type Case, defineCase, integers, ofOneWith, truths } from './case.js';

type Reduction = (x: tf.Tensor, axis: number | number[] | undefined, keepDims: boolean) => tf.Tensor;

/** All axes, one of them, or any set of them, none included; kept as axes of length one or not. */
const axes = (shape: readonly number[]) =>
  fc.record({
    axis: fc.oneof(
      fc.constant(undefined),
      fc.subarray([...shape.keys()]),
      ...(shape.length > 0 ? [axisOf(shape)] : []),
    ),
    keepDims: fc.boolean(),
  });

const ofFloat = (run: Reduction, gradient = true): Case =>
  defineCase(ofOneWith(axes), ([x], { axis, keepDims }) => run(x!, axis, keepDims), { gradient });
const ofInt = (run: Reduction): Case =>
  defineCase(
    ofOneWith(axes, { elements: integers, dtype: 'int32', maximumRank: 3 }),
    ([x], { axis, keepDims }) => run(x!, axis, keepDims),
    { gradient: false },
  );
const ofBool = (run: Reduction): Case =>
  defineCase(
    ofOneWith(axes, { elements: truths, dtype: 'bool' }),
    ([x], { axis, keepDims }) => run(x!, axis, keepDims),
    { gradient: false },
  );
const position = (run: (x: tf.Tensor, axis: number) => tf.Tensor): Case[] => [
  defineCase(ofOneWith(axisOf, { minimumRank: 1 }), ([x], axis) => run(x!, axis), { gradient: false }),
  defineCase(
    ofOneWith(axisOf, { minimumRank: 1, elements: integers, dtype: 'int32' }),
    ([x], axis) => run(x!, axis),
    { gradient: false },
  ),
];

export const reductionCases: Record<string, Case[]> = {
  Sum: [ofFloat(tf.sum), ofInt(tf.sum), ofBool(tf.sum)],
  Mean: [ofFloat(tf.mean), ofInt(tf.mean), ofBool(tf.mean)],
  Max: [ofFloat(tf.max), ofInt(tf.max)],
  Min: [ofFloat(tf.min), ofInt(tf.min)],
  // TensorFlow.js' gradient of a product calls chained methods, which its core package for Node does not have.
  Prod: [ofFloat(tf.prod, false), ofInt(tf.prod), ofBool(tf.prod)],
  All: [ofBool(tf.all)],
  Any: [ofBool(tf.any)],
  ArgMax: position(tf.argMax),
  ArgMin: position(tf.argMin),
};
