// The kernels of src/kernels/shape.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  array,
  axisOf,
  between,
  type Call,
  type Case,
  defineCase,
  integers,
  ofOne,
  ofOneWith,
  only,
  reals,
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

interface StridedBlock {
  begin: number[];
  end: number[];
  strides: number[];
  /** Of the begins, ends, ellipses, new axes and axes to drop. */
  masks: [number, number, number, number, number];
}

/** Whatever TensorFlow.js' strided slices take: few or many axes, steps of either sign, any masks. */
const stridedBlocks = (shape: readonly number[]): fc.Arbitrary<StridedBlock> =>
  fc
    .integer({ min: 1, max: shape.length + 1 })
    .chain(count => {
      const each = (numbers: fc.Arbitrary<number>) =>
        fc.array(numbers, { minLength: count, maxLength: count });
      const mask = fc.oneof(fc.constant(0), fc.nat(2 ** count - 1));
      return fc.record({
        begin: each(fc.integer({ min: -5, max: 5 })),
        end: each(fc.integer({ min: -5, max: 5 })),
        strides: each(fc.constantFrom(1, 1, 2, 3, -1, -2, -3)),
        masks: fc.tuple(
          mask,
          mask,
          fc.oneof(
            fc.constant(0),
            fc.nat(count - 1).map(axis => 2 ** axis),
          ),
          mask,
          mask,
        ),
      });
    })
    .filter(block => isPossible(shape, block));

function isPossible(shape: readonly number[], { begin, end, strides, masks }: StridedBlock): boolean {
  try {
    return tf.slice_util
      .sliceInfo([...shape], begin, end, strides, ...masks)
      .finalShape.every(length => length >= 0);
  } catch {
    return false;
  }
}

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
    // Of two types; the first is that of the result.
    ...(['float32', 'int32'] as const).map(dtype =>
      defineCase(
        ofOneWith(shape => axisOf(shape).map(axis => ({ axis, types: 2 })), { minimumRank: 1 }),
        ([x], { axis }) => tf.concat([tf.cast(tf.zerosLike(x!), dtype), x!, tf.cast(x!, 'int32')], axis),
        { gradient: false, nonFinite: [] },
      ),
    ),
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
  MirrorPad: [
    ...(['reflect', 'symmetric'] as const).flatMap(mode =>
      everyType(
        shape =>
          fc.tuple(
            ...shape.map(length => {
              const pads = fc.nat(Math.max(mode === 'reflect' ? length - 1 : length, 0));
              return fc.tuple(pads, pads);
            }),
          ),
        (x, pads) => tf.mirrorPad(x, pads, mode),
        { minimumRank: 1, maximumRank: 3 },
      ).map(only(({ inputs: [x] }) => mode === 'symmetric' || !x!.shape.includes(0))),
    ),
  ],
  Reverse: everyType(
    shape => fc.oneof(fc.constant(undefined), fc.subarray([...shape.keys()])),
    (x, axes) => tf.reverse(x, axes),
  ),
  StridedSlice: everyType(
    stridedBlocks,
    (x, { begin, end, strides, masks }) => tf.stridedSlice(x, begin, end, strides, ...masks),
    { minimumRank: 1, gradient: false },
  ),

  Fill: everyType(nothing, x => [
    tf.add(tf.cast(x, 'float32'), tf.fill(x.shape, 0.5)),
    tf.fill([2, 3], 7, 'int32'),
    tf.cast(tf.fill([2], 1, 'bool'), 'float32'),
  ]),
  ZerosLike: everyType(nothing, x => tf.zerosLike(x)),
  OnesLike: everyType(nothing, x => tf.onesLike(x)),
  SpaceToBatchND: everyType(
    shape =>
      fc
        .tuple(
          ...shape.slice(1).map(length =>
            fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(2)).map(([block, before]) => ({
              block,
              // The padded length is a multiple of the block's.
              padding: [before, (block - ((length + before) % block)) % block] as [number, number],
            })),
          ),
        )
        .chain(axes => fc.integer({ min: 1, max: axes.length }).map(count => axes.slice(0, count))),
    (x, axes) =>
      tf.spaceToBatchND(
        x,
        axes.map(({ block }) => block),
        axes.map(({ padding }) => padding),
      ),
    { minimumRank: 2 },
  ),
  BatchToSpaceND: everyType(
    shape =>
      fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.boolean()), {
        minLength: 1,
        maxLength: shape.length - 1,
      }),
    (x, axes) => {
      const blocks = axes.map(([block]) => block);
      const batch = tf.tile(x, [tf.util.sizeFromShape(blocks), ...x.shape.slice(1).map(() => 1)]);
      return tf.batchToSpaceND(
        batch,
        blocks,
        axes.map(([block, cut], i) => [cut && x.shape[i + 1]! > 0 ? block - 1 : 0, 0]),
      );
    },
    { minimumRank: 2 },
  ),
  DepthToSpace: [
    defineCase(
      ofOneWith(() => fc.integer({ min: 2, max: 3 }), { minimumRank: 4 }),
      ([x], size) => tf.depthToSpace(tf.tile(x as tf.Tensor4D, [1, 1, 1, size ** 2]), size, 'NHWC'),
      { gradient: false },
    ),
  ],
  // Added to something, as they have no inputs.
  Range: [
    defineCase(
      ofOneWith(
        () =>
          fc.record({
            start: reals,
            stop: between(-6, 6),
            step: fc.constantFrom(1, 1, 0.5, 2, -0.7, -1, -3),
          }),
        { maximumRank: 2 },
      ),
      ([x], { start, stop, step }) => tf.add(tf.reshape(x!, [-1, 1]), tf.range(start, stop, step)),
      { gradient: false },
    ),
    defineCase(
      ofOneWith(() => fc.record({ start: integers, stop: integers }), {
        maximumRank: 2,
        elements: integers,
        dtype: 'int32',
      }),
      ([x], { start, stop }) => tf.add(tf.reshape(x!, [-1, 1]), tf.range(start, stop, 1, 'int32')),
      { gradient: false },
    ),
  ],
  LinSpace: [
    defineCase(
      ofOneWith(() => fc.tuple(reals, reals, fc.integer({ min: 1, max: 9 })), { maximumRank: 2 }),
      ([x], [start, stop, count]) => tf.add(tf.reshape(x!, [-1, 1]), tf.linspace(start, stop, count)),
      { gradient: false },
    ),
  ],
};
