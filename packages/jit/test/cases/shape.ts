// The kernels of src/kernels/shape.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  array,
  axisOf,
  type Call,
  type Case,
  defineCase,
  integers,
  ofOne,
  ofOneWith,
  only,
  shapes,
  truths,
} from './case.js';

/** Each row with float32, whose gradient is compared too, and with the other types. */
function everyType<Settings>(
  settingsOf: (shape: number[]) => fc.Arbitrary<Settings>,
  run: (x: tf.Tensor, settings: Settings) => tf.Tensor | tf.Tensor[],
  {
    gradient = true,
    ...ranks
  }: {
    minimumRank?: number;
    maximumRank?: number;
    gradient?: boolean | ((call: Call<Settings>) => boolean);
  } = {},
): Case[] {
  return [
    defineCase(ofOneWith(settingsOf, ranks), ([x], settings) => run(x!, settings), { gradient }),
    defineCase(
      ofOneWith(settingsOf, { ...ranks, elements: integers, dtype: 'int32' }),
      ([x], settings) => run(x!, settings),
      { gradient: false },
    ),
    defineCase(
      ofOneWith(settingsOf, { ...ranks, elements: truths, dtype: 'bool' }),
      ([x], settings) => run(x!, settings),
      { gradient: false },
    ),
  ];
}

/** The same elements in another shape: axes merged, reordered, split off. */
const otherShape = (shape: readonly number[]) =>
  fc
    .tuple(fc.shuffledSubarray([...shape, 1, 1], { minLength: shape.length + 2 }), fc.nat(4))
    .map(([sizes, cut]) => {
      const product = sizes.slice(cut).reduce((size, length) => size * length, 1);
      return cut >= sizes.length ? sizes : [...sizes.slice(0, cut), product];
    });

/** Arrays that are alike but for the length of one axis. */
const joinable = (minimumRank: number, sameLength: boolean) =>
  fc
    .tuple(
      shapes(minimumRank),
      fc.nat(10),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }),
    )
    .chain(([shape, drawn, lengths]) => {
      const axis = shape.length === 0 ? 0 : drawn % shape.length;
      return fc
        .tuple(...lengths.map(length => array(sameLength ? shape : shape.with(axis, length))))
        .map(inputs => ({ inputs, settings: axis }));
    });

/** A way to cut the axis `axis` into parts: a count that divides it, or sizes. */
const splits = (shape: readonly number[]) =>
  axisOf(shape).chain(axis => {
    const length = shape.at(axis)!;
    return fc
      .oneof(
        fc.constant(Math.max(length, 1)),
        fc.nat(length).chain(first => fc.constantFrom<number[][]>([first, length - first], [first, -1])),
      )
      .map(parts => ({ axis, parts }));
  });

const block = (shape: readonly number[]) =>
  fc
    .tuple(
      ...shape.map(length =>
        fc
          .nat(length)
          .chain(start =>
            fc.tuple(fc.constant(start), fc.constantFrom(-1, length - start, Math.min(1, length - start))),
          ),
      ),
    )
    .map(cuts => ({ begin: cuts.map(([start]) => start), size: cuts.map(([, size]) => size) }));

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

const nothing = () => fc.constant(null);

export const shapeCases: Record<string, Case[]> = {
  Identity: everyType(nothing, x => tf.clone(x)),
  Reshape: [
    ...everyType(otherShape, (x, shape) => tf.reshape(x, shape)),
    ...everyType(nothing, x => tf.reshape(x, [-1])),
    // A single number, repeated and then reshaped.
    ...everyType(otherShape, (x, shape) =>
      tf.mul(tf.reshape(tf.cast(x, 'float32'), shape), tf.reshape(tf.fill(x.shape, 2), shape)),
    ),
  ],
  ExpandDims: everyType(
    shape => fc.integer({ min: -shape.length - 1, max: shape.length }),
    (x, axis) => tf.expandDims(x, axis),
  ),
  Transpose: [
    ...everyType(
      shape => fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
      (x, permutation) => tf.transpose(x, permutation),
    ),
    ...everyType(
      shape =>
        fc.tuple(...[0, 1].map(() => fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }))),
      (x, [first, second]) => tf.transpose(tf.transpose(x, first), second),
    ),
  ],
  Tile: [
    ...everyType(
      shape => fc.tuple(...shape.map(() => fc.integer({ min: 1, max: 3 }))),
      (x, repetitions) => tf.tile(x, repetitions),
      { minimumRank: 1, maximumRank: 3 },
    ),
    // A repetition of something that is only repeated on paper.
    ...everyType(
      nothing,
      x => tf.tile(tf.broadcastTo(tf.expandDims(x), [2, ...x.shape]), [3, ...x.shape.map(() => 2)]),
      {
        maximumRank: 2,
      },
    ),
  ],
  Slice: everyType(block, (x, { begin, size }) => tf.slice(x, begin, size), { minimumRank: 1 }),
  Concat: [
    defineCase(joinable(1, false), (inputs, axis) => tf.concat(inputs, axis)),
    defineCase(joinable(1, true), (inputs, axis) => tf.concat(inputs, axis - inputs[0]!.rank)),
    // More than ten, whose names ("0", "1", "10", …) must not be sorted as text.
    defineCase(ofOne(undefined, undefined, 1), ([x]) =>
      tf.concat(
        Array.from({ length: 12 }, (_, i) => tf.mul(x!, i)),
        0,
      ),
    ),
  ],
  Pack: [
    defineCase(joinable(0, true), (inputs, axis) => tf.stack(inputs, axis)),
    defineCase(joinable(0, true), inputs => tf.stack(inputs, -1)),
  ],
  // TensorFlow.js has no gradient of a list of one part.
  Unpack: everyType(axisOf, (x, axis) => tf.unstack(x, axis), {
    minimumRank: 1,
    gradient: ({ inputs: [x], settings }) => x!.shape.at(settings)! > 1,
  }).map(only(({ inputs: [x], settings: axis }) => x!.shape.at(axis as number)! > 0)),
  SplitV: everyType(splits, (x, { axis, parts }) => tf.split(x, parts, axis), {
    minimumRank: 1,
    gradient: ({ settings: { parts } }) => (typeof parts === 'number' ? parts : parts.length) > 1,
  }),
  PadV2: everyType(
    shape => fc.record({ pads: fc.tuple(...shape.map(() => fc.tuple(fc.nat(2), fc.nat(2)))), value: truths }),
    (x, { pads, value }) => tf.pad(x, pads, value),
    { minimumRank: 1 },
  ),
  GatherV2: [gather('float32'), gather('int32'), gather('bool')],
  UnsortedSegmentSum: [
    defineCase(
      shapes(1).chain(shape =>
        fc
          .tuple(array(shape), array(shape.slice(0, 1), fc.nat(4), 'int32'))
          .map(inputs => ({ inputs, settings: null })),
      ),
      ([x, segments]) => tf.unsortedSegmentSum(x!, segments as tf.Tensor1D, 5),
      { nonFinite: [] },
    ),
  ],

  Fill: everyType(nothing, x => [
    tf.add(tf.cast(x, 'float32'), tf.fill(x.shape, 0.5)),
    tf.fill([2, 3], 7, 'int32'),
    tf.cast(tf.fill([2], 1, 'bool'), 'float32'),
  ]),
  ZerosLike: everyType(nothing, x => tf.zerosLike(x)),
  OnesLike: everyType(nothing, x => tf.onesLike(x)),
};
