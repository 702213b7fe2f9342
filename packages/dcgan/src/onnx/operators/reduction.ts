// Operators that fold an array along some of its axes.
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkCount, isKnown, range, reduceKnown } from '../known.js';
import { axisOf, type Operator, type OperatorTable } from '../operator.js';
import { apply, checkAxis, reshape, shapeOf, type Value } from '../value.js';
import { mapAlong, matrixOf } from './linear-map.js';

const sum = (entries: readonly number[]) => entries.reduce((a, b) => a + b, 0);

/** Over the given axes, or all: by `f`, which keeps them with length one, or by `fold` of known entries. */
const reduction =
  (f: (x: Tensor, axes: number[]) => Tensor, fold?: (entries: readonly number[]) => number): Operator =>
  call => {
    const x = call.input(0);
    const shape = shapeOf(x);
    const given = call.settings('axes', 1);
    const isAll = given === undefined || given.length === 0;
    if (isAll && call.number('noop_with_empty_axes', 0)) return x;
    const axes = isAll ? [...shape.keys()] : given.map(axis => axisOf(axis, shape.length));
    for (const axis of axes) checkAxis(x, axis);
    const kept: Value = isKnown(x) && fold ? reduceKnown(x, axes, fold) : apply(x, tensor => f(tensor, axes));
    if (call.number('keepdims', 1)) return kept;
    return reshape(
      kept,
      shape.filter((_, axis) => !axes.includes(axis)),
    );
  };

const logSumExp = (x: Tensor, axes: number[]): Tensor => {
  const most = tf.max(x, axes, true);
  return tf.add(most, tf.log(tf.sum(tf.exp(tf.sub(x, most)), axes, true)));
};

/** By halves, whose products have gradients also where factors are zero. */
function product(x: Tensor, axes: number[]): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter(axis => !axes.includes(axis));
  const lengths = kept.map(axis => x.shape[axis]!);
  let factors = tf.reshape(tf.transpose(x, [...kept, ...axes]), [...lengths, -1]);
  for (let count = factors.shape.at(-1)!; count > 1; count = Math.ceil(count / 2)) {
    const half = Math.floor(count / 2);
    const part = (start: number, size: number) =>
      tf.slice(factors, [...lengths.map(() => 0), start], [...lengths, size]);
    const both = tf.mul(part(0, half), part(half, half));
    factors = count % 2 === 0 ? both : tf.concat([both, part(count - 1, 1)], -1);
  }
  return tf.reshape(
    factors,
    x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
  );
}

/** Each entry with all before it along an axis, or behind it. */
const cumulated: Operator = call => {
  const x = call.input(0);
  const shape = shapeOf(x);
  const axis = axisOf(call.numbers(1)?.[0] ?? 0, shape.length);
  const length = shape[axis]!;
  const sign = call.number('reverse', 0) ? -1 : 1;
  const least = call.number('exclusive', 0);
  const places = range(0, length);
  checkCount([length, length]);
  const rows = places.map(place =>
    places.filter(other => sign * (place - other) >= least).map(other => [other, 1] as const),
  );
  return mapAlong(x, axis, matrixOf(rows, length));
};

export const reductionOperators: OperatorTable = {
  ReduceSum: reduction((x, axes) => tf.sum(x, axes, true), sum),
  ReduceMean: reduction(
    (x, axes) => tf.mean(x, axes, true),
    entries => sum(entries) / entries.length,
  ),
  ReduceMax: reduction(
    (x, axes) => tf.max(x, axes, true),
    entries => Math.max(...entries),
  ),
  ReduceMin: reduction(
    (x, axes) => tf.min(x, axes, true),
    entries => Math.min(...entries),
  ),
  ReduceProd: reduction(product, entries => entries.reduce((a, b) => a * b, 1)),
  ReduceL1: reduction((x, axes) => tf.sum(tf.abs(x), axes, true)),
  ReduceL2: reduction((x, axes) => tf.sqrt(tf.sum(tf.square(x), axes, true))),
  ReduceSumSquare: reduction((x, axes) => tf.sum(tf.square(x), axes, true)),
  ReduceLogSum: reduction((x, axes) => tf.log(tf.sum(x, axes, true))),
  ReduceLogSumExp: reduction(logSumExp),
  CumSum: cumulated,
};
