// The kernels of src/kernels/reduction.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  axisOf,
  type Case,
  defineCase,
  INFINITE,
  integers,
  type Options,
  ofOneWith,
  only,
  truths,
} from './case.js';

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

const ofFloat = (run: Reduction, options?: Options<{ axis: number | number[] | undefined }>): Case =>
  defineCase(ofOneWith(axes), ([x], { axis, keepDims }) => run(x!, axis, keepDims), options);
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
/** Not over axes without elements, where the devices differ. */
const ofSomething = only(({ inputs: [x], settings }) => {
  const { axis } = typeof settings === 'number' ? { axis: settings } : (settings as { axis: number });
  return tf.util.parseAxisParam(axis, [...x!.shape]).every(reduced => x!.shape[reduced]! > 0);
});

const position = (run: (x: tf.Tensor, axis: number) => tf.Tensor): Case[] => [
  defineCase(ofOneWith(axisOf, { minimumRank: 1 }), ([x], axis) => run(x!, axis), {
    gradient: false,
    nonFinite: INFINITE,
  }),
  defineCase(
    ofOneWith(axisOf, { minimumRank: 1, elements: integers, dtype: 'int32' }),
    ([x], axis) => run(x!, axis),
    { gradient: false },
  ),
  defineCase(
    ofOneWith(axisOf, { minimumRank: 1, elements: truths, dtype: 'bool' }),
    ([x], axis) => run(x!, axis),
    { gradient: false },
  ),
];

/** Sums from the front or the end, with the element itself or without. */
const runs = (shape: readonly number[]) =>
  fc.record({ axis: fc.nat(shape.length - 1), exclusive: fc.boolean(), reverse: fc.boolean() });
interface Run {
  axis: number;
  exclusive: boolean;
  reverse: boolean;
}
const runningSum = ([x]: tf.Tensor[], { axis, exclusive, reverse }: Run) =>
  tf.cumsum(x!, axis, exclusive, reverse);

const counts = (shape: readonly number[]) =>
  fc.record({ k: fc.nat(shape.at(-1)!), sorted: fc.constant(true) });
const greatest = ([x]: tf.Tensor[], { k, sorted }: { k: number; sorted: boolean }) => {
  const { values, indices } = tf.topk(x!, k, sorted);
  return [values, indices];
};

export const reductionCases: Record<string, Case[]> = {
  Sum: [ofFloat(tf.sum), ofInt(tf.sum), ofBool(tf.sum)],
  Mean: [ofFloat(tf.mean), ofInt(tf.mean), ofBool(tf.mean)],
  Max: [ofFloat(tf.max, { nonFinite: INFINITE }), ofInt(tf.max)].map(ofSomething),
  Min: [ofFloat(tf.min, { nonFinite: INFINITE }), ofInt(tf.min)].map(ofSomething),
  // TensorFlow.js' gradient of a product calls chained methods, which its core package for Node does not have.
  Prod: [ofFloat(tf.prod, { gradient: false }), ofInt(tf.prod), ofBool(tf.prod)],
  All: [ofBool(tf.all)].map(ofSomething),
  Any: [ofBool(tf.any)],
  ArgMax: position(tf.argMax).map(ofSomething),
  ArgMin: position(tf.argMin).map(ofSomething),
  Cumsum: [
    defineCase(ofOneWith(runs, { minimumRank: 1 }), runningSum, {
      // TensorFlow.js' gradient has the axes of the result in the wrong order where the axis is not the last.
      gradient: ({ inputs: [x], settings: { axis } }) => axis === x!.shape.length - 1,
    }),
    ...(['int32', 'bool'] as const).map(dtype =>
      defineCase(
        ofOneWith(runs, { minimumRank: 1, elements: dtype === 'bool' ? truths : integers, dtype }),
        runningSum,
        { gradient: false },
      ),
    ),
  ],
  TopK: [
    defineCase(ofOneWith(counts, { minimumRank: 1 }), greatest, { gradient: false, nonFinite: [] }),
    defineCase(ofOneWith(counts, { minimumRank: 1, elements: integers, dtype: 'int32' }), greatest, {
      gradient: false,
    }),
  ],
};
