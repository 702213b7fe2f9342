// The values between a model's nodes, known or computed, and the ways to move their entries about.
import { elementCount, type NdArray } from '@blind-demod/arrays';
import { constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { flat } from './flat.js';
import {
  broadcast,
  concatKnown,
  expandKnown,
  isKnown,
  type Known,
  reshapeKnown,
  takeKnown,
  transposeKnown,
} from './known.js';

/** A value that the program computes. */
export interface Computed {
  readonly tensor: Tensor;
  /** Whether it depends on the code. */
  readonly varies: boolean;
  /**
   * Of a model that was written for a fixed batch, how many times as many codes there are: the first axis of what
   * depends on the code is so much longer than the model says, the codes being its outermost part. 1 otherwise.
   */
  readonly lift: number;
}

export type Value = Known | Computed;

/** Why a node cannot be carried out; whoever knows the node makes a UserError of it. */
export class Refusal extends Error {}

/** A node needs a value while the model is read that could be computed, but has not been yet. */
export class NotReady extends Refusal {}

/** A model of a fixed batch does something to its first axis that it could not do to more codes. */
export class NotLiftable extends Error {}

export const isLifted = (value: Value): boolean => !isKnown(value) && value.lift !== 1;

const liftedOf = (values: readonly Value[]): Computed | undefined =>
  values.find((value): value is Computed => isLifted(value));

/** The shape as the model reckons it. */
export function shapeOf(value: Value): readonly number[] {
  if (isKnown(value)) return value.shape;
  const { shape } = value.tensor;
  return value.lift === 1 ? shape : shape.with(0, shape[0]! / value.lift);
}

/** The shape that a value of the model's `shape` has here. */
const actual = (shape: readonly number[], { lift }: Computed): number[] => {
  if (lift === 1) return [...shape];
  if (shape.length === 0) throw new NotLiftable('one number for the whole batch');
  const length = shape[0]! * lift;
  if (!Number.isInteger(length)) throw new NotLiftable('codes of a fixed batch in one row');
  return shape.with(0, length);
};

const LARGEST_INT32 = 2 ** 31 - 1;
const arrays = new WeakMap<Known, NdArray>();

/** The same array each time, by which a program recognises it. */
function arrayOf(value: Known): NdArray {
  let array = arrays.get(value);
  if (array === undefined) {
    const { type, shape, data } = value;
    if (type === 'real') array = { dtype: 'float32', shape, data: data as Float32Array };
    else if (type === 'truth') array = { dtype: 'bool', shape, data: Uint8Array.from(data) };
    else {
      const clamped = data.map(number => Math.min(Math.max(number, -LARGEST_INT32), LARGEST_INT32));
      array = { dtype: 'int32', shape, data: Int32Array.from(clamped) };
    }
    arrays.set(value, array);
  }
  return array;
}

/** A known array as a constant of the program. */
export const computed = (value: Value): Computed =>
  isKnown(value) ? { tensor: constant(arrayOf(value)), varies: false, lift: 1 } : value;

/** `f` of a value, which leaves the first axis as it is. */
export function apply(value: Value, f: (tensor: Tensor) => Tensor): Computed {
  const { tensor, ...rest } = computed(value);
  return { ...rest, tensor: f(tensor) };
}

/** For operations that mix what lies along `axis`, or move it. */
export function checkAxis(value: Value, axis: number): void {
  if (axis === 0 && isLifted(value)) throw new NotLiftable('something is done along the batch');
}

export function reshape(value: Value, shape: readonly number[]): Value {
  const before = shapeOf(value);
  if (elementCount(before) !== elementCount(shape)) {
    throw new Refusal(`[${before}] cannot be reshaped to [${shape}]`);
  }
  if (isKnown(value)) return reshapeKnown(value, shape);
  if (`${before}` === `${shape}`) return value;
  return { ...value, tensor: tf.reshape(value.tensor, actual(shape, value)) };
}

export function transpose(value: Value, permutation: readonly number[]): Value {
  if (permutation.every((axis, place) => axis === place)) return value;
  if (isKnown(value)) return transposeKnown(value, permutation);
  checkAxis(value, permutation[0]! === 0 ? 1 : 0);
  return apply(value, tensor => tf.transpose(tensor, [...permutation]));
}

/** The entries of these numbers along an axis. */
export function take(value: Value, axis: number, numbers: readonly number[]): Value {
  const length = shapeOf(value)[axis]!;
  const wrong = numbers.find(number => !(number >= 0 && number < length));
  if (wrong !== undefined) throw new Refusal(`there is no entry ${wrong} along an axis of ${length}`);
  const first = numbers[0] ?? 0;
  const isRun = numbers.every((number, place) => number === first + place);
  if (isRun && numbers.length === length) return value;
  if (isKnown(value)) return takeKnown(value, axis, numbers);
  checkAxis(value, axis);
  return apply(value, tensor => {
    if (!isRun) return tf.gather(tensor, tf.tensor1d([...numbers], 'int32'), axis);
    const begin = tensor.shape.map((_, a) => (a === axis ? first : 0));
    return tf.slice(tensor, begin, tensor.shape.with(axis, numbers.length));
  });
}

export function concat(values: readonly Value[], axis: number): Value {
  const [first, ...others] = values.map(shapeOf) as [readonly number[], ...(readonly number[])[]];
  const wrong = others.find(shape => `${shape.toSpliced(axis, 1)}` !== `${first.toSpliced(axis, 1)}`);
  if (wrong) throw new Refusal(`[${first}] and [${wrong}] cannot be joined along axis ${axis}`);
  const known = values.filter(isKnown);
  if (known.length === values.length) return concatKnown(known, axis);
  const lifted = liftedOf(values);
  if (lifted) checkAxis(lifted, axis);
  const tensors = values.map(value => {
    const given = computed(value);
    return lifted && !isLifted(given) ? forEachCode(given.tensor, lifted) : given.tensor;
  });
  return { ...joint(values), tensor: tf.concat(tensors, axis) };
}

/** Arrays of more real numbers than this are repeated by the program, not here. */
const SMALL = 256;

/** `value` repeated to `shape`, by NumPy's rules; `shape` has at least its axes. */
export function expand(value: Value, shape: readonly number[]): Value {
  if (`${shapeOf(value)}` === `${shape}`) return value;
  if (isKnown(value) && (value.type !== 'real' || elementCount(shape) <= SMALL))
    return expandKnown(value, shape);
  const given = computed(value);
  const wide = withFirst(given, shape);
  return { ...given, tensor: repeated(wide, actual(shape, given)) };
}

/** The tensor broadcast to `shape`, by arithmetic: its gradient is a sum; that of TensorFlow.js' `tile` a slice for each. */
export function repeated(tensor: Tensor, shape: number[]): Tensor {
  if (tensor.dtype === 'bool') return flat(() => tf.logicalOr(tensor, tf.fill(shape, 0, 'bool')));
  return tf.mul(tensor, tf.fill(shape, 1, tensor.dtype));
}

/** The tensor with as many axes as `shape` and, for each code, as long a first one. */
function withFirst(value: Computed, shape: readonly number[]): Tensor {
  const given = shapeOf(value);
  if (value.lift === 1) return value.tensor;
  const padded = [...Array(shape.length - given.length).fill(1), ...given];
  const { tensor } = reshape(value, padded) as Computed;
  if (padded[0] === shape[0]) return tensor;
  const [codes, ...rest] = tensor.shape as [number, ...number[]];
  const apart = tf.reshape(tensor, [codes, 1, ...rest]);
  const many = repeated(apart, [codes, shape[0]!, ...rest]);
  return tf.reshape(many, [codes * shape[0]!, ...rest]);
}

/** What does not depend on the code, once for each of the codes of something lifted. */
function forEachCode(tensor: Tensor, { lift }: Computed): Tensor {
  if (!Number.isInteger(lift)) throw new NotLiftable('constants of a fixed batch');
  const [first, ...rest] = tensor.shape as [number, ...number[]];
  const many = repeated(tf.reshape(tensor, [1, first, ...rest]), [lift, first, ...rest]);
  return tf.reshape(many, [lift * first, ...rest]);
}

/** What a result of these values has of them. */
export function joint(values: readonly Value[]): { varies: boolean; lift: number } {
  const given = values.map(computed);
  return {
    varies: given.some(value => value.varies),
    lift: given.find(value => value.lift !== 1)?.lift ?? 1,
  };
}

/** Tensors of these values that broadcast as the values do. */
export function aligned(values: readonly Value[]): Tensor[] {
  const lifted = liftedOf(values);
  if (!lifted) return values.map(value => computed(value).tensor);
  const shape = broadcast(values.map(shapeOf));
  return values.map(value => {
    const given = computed(value);
    if (isLifted(given)) return withFirst(given, shape);
    const isWhole = given.tensor.rank === shape.length && given.tensor.shape[0] !== 1;
    return isWhole ? forEachCode(given.tensor, lifted) : given.tensor;
  });
}

/** `f` of values that broadcast. */
export function elementwise<V extends readonly Value[]>(
  f: (...tensors: { [I in keyof V]: Tensor }) => Tensor,
  ...values: V
): Computed {
  return { ...joint(values), tensor: f(...(aligned(values) as { [I in keyof V]: Tensor })) };
}
