// The kernels of src/kernels/indexing.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { array, axisOf, type Case, defineCase, integers, lengths, nd, shapes, truths } from './case.js';

type NumberType = 'float32' | 'int32' | 'bool';
const elementsOf = (dtype: NumberType) => ({ float32: undefined, int32: integers, bool: truths })[dtype];

const gather = (dtype: 'float32' | 'int32' | 'bool'): Case =>
  defineCase(
    shapes(1, 3).chain(shape =>
      fc.tuple(axisOf(shape), shapes(0, 2)).chain(([axis, positions]) => {
        const length = shape.at(axis)!;
        return fc
          .tuple(
            array(shape, dtype === 'float32' ? undefined : truths, dtype),
            // Of nothing, nothing can be gathered.
            array(length > 0 ? positions : [0], fc.nat(Math.max(length - 1, 0)), 'int32'),
          )
          .map(inputs => ({ inputs, settings: axis }));
      }),
    ),
    ([x, indices], axis) => tf.gather(x!, indices as tf.Tensor1D, axis),
    // TensorFlow.js' gradient of a gather from nothing fails.
    { gradient: ({ inputs: [x], settings }) => dtype === 'float32' && x!.shape.at(settings)! > 0 },
  );

/** From each of a batch of stacks at positions of its own. */
const gatherBatches: Case = defineCase(
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), shapes(1, 3), fc.nat(2), lengths(1, 3))
    .chain(([batch, rest, drawn, count]) => {
      const shape = [batch, ...rest];
      const axis = 1 + (drawn % rest.length);
      const last = shape[axis]! - 1;
      return fc
        .tuple(array(shape), array([batch, last < 0 ? 0 : count], fc.nat(Math.max(last, 0)), 'int32'))
        .map(inputs => ({ inputs, settings: axis }));
    }),
  ([x, indices], axis) => tf.gather(x!, indices as tf.Tensor2D, axis, 1),
  // TensorFlow.js' own calls chained methods, which its core package for Node does not have.
  { gradient: false },
);

/** Positions [count, …, depth] on the first axes of a shape. */
const places = (shape: readonly number[], stack: readonly number[], depth: number) => {
  const count = stack.reduce((product, length) => product * length, 1);
  const place = fc.tuple(...shape.slice(0, depth).map(length => fc.nat(Math.max(length - 1, 0))));
  return fc
    .array(place, { minLength: count, maxLength: count })
    .map(numbers => nd([...stack, depth], numbers.flat(), 'int32'));
};

/** A shape, a number of its axes, and a stack of positions on them; nothing is found in what is empty. */
const placed = fc.tuple(shapes(1, 3), fc.nat(2), shapes(1, 2)).map(([shape, drawn, stack]) => ({
  shape,
  depth: 1 + (drawn % shape.length),
  stack: shape.includes(0) ? [0, ...stack.slice(1)] : stack,
}));

const gatherNd = (dtype: NumberType): Case =>
  defineCase(
    placed
      // TensorFlow.js takes nothing from arrays without elements, not even nothing.
      .filter(({ shape }) => !shape.includes(0))
      .chain(({ shape, depth, stack }) =>
        fc
          .tuple(array(shape, elementsOf(dtype), dtype), places(shape, stack, depth))
          .map(inputs => ({ inputs, settings: null })),
      ),
    ([x, indices]) => tf.gatherND(x!, indices!),
    { gradient: false },
  );

const scatterNd = (dtype: 'float32' | 'int32'): Case =>
  defineCase(
    placed.chain(({ shape, depth, stack }) =>
      fc
        .tuple(
          array([...stack, ...shape.slice(depth)], elementsOf(dtype), dtype),
          places(shape, stack, depth),
        )
        .map(inputs => ({ inputs, settings: shape })),
    ),
    ([updates, indices], shape) => tf.scatterND(indices!, updates!, shape as [number]),
    { gradient: false },
  );

const oneHot = (dtype: NumberType, numbers?: [on: number, off: number]): Case =>
  defineCase(
    fc
      .tuple(shapes(0, 3), fc.integer({ min: 2, max: 5 }))
      .chain(([shape, depth]) =>
        array(shape, fc.integer({ min: -2, max: 6 }), 'int32').map(x => ({ inputs: [x], settings: depth })),
      ),
    ([indices], depth) => tf.oneHot(indices!, depth, numbers?.[0], numbers?.[1], dtype),
    { gradient: false },
  );

export const indexingCases: Record<string, Case[]> = {
  GatherV2: [gather('float32'), gather('int32'), gather('bool'), gatherBatches],
  GatherNd: [gatherNd('float32'), gatherNd('int32'), gatherNd('bool')],
  ScatterNd: [scatterNd('float32'), scatterNd('int32')],
  UnsortedSegmentSum: [
    // Segments below zero and too large ones are left out.
    ...[fc.integer({ min: -2, max: 6 }), fc.nat(4)].map(segment =>
      defineCase(
        shapes(1).chain(shape =>
          fc
            .tuple(array(shape), array(shape.slice(0, 1), segment, 'int32'))
            .map(inputs => ({ inputs, settings: null })),
        ),
        ([x, segments]) => tf.unsortedSegmentSum(x!, segments as tf.Tensor1D, 5),
        {
          nonFinite: [],
          gradient: ({ inputs: [, segments] }) => segments!.data.every(id => id >= 0 && id < 5),
        },
      ),
    ),
    // Known ones.
    defineCase(
      shapes(1).chain(shape => array(shape).map(x => ({ inputs: [x], settings: null }))),
      ([x]) =>
        [0, 2].map(first =>
          tf.unsortedSegmentSum(
            x!,
            tf.range(-first, x!.shape[0]! - first, 1, 'int32') as tf.Tensor1D,
            4 - first,
          ),
        ),
      { nonFinite: [], gradient: false },
    ),
  ],
  OneHot: [
    oneHot('int32'),
    oneHot('float32'),
    oneHot('float32', [0.5, -2]),
    oneHot('int32', [3, 7]),
    oneHot('bool'),
  ],
};
