// The kernels of src/kernels/product.ts.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  array,
  type Call,
  type Case,
  defineCase,
  integers,
  lengths,
  NON_FINITE,
  type Options,
  shapes,
} from './case.js';

/** In padding, zero times a number that is not finite is NaN on `cpu`, and left out on `js`. */
const nonFinite = ({ settings: { pad } }: Call<Convolution>) => (pad === 'valid' ? NON_FINITE : []);

/** Sums of up to two hundred products of size up to nine, whose rounding errors add up. */
const SUMS = { tolerance: 5e-5 };

interface Flips {
  transposeA: boolean;
  transposeB: boolean;
}

/** Matrices, and stacks of matrices whose leading axes broadcast. */
const matrices = (
  batches: fc.Arbitrary<number[][]>,
  dtype: 'float32' | 'int32' = 'float32',
): fc.Arbitrary<Call<Flips>> =>
  fc
    .record({
      batches,
      sizes: fc.array(lengths(1, 5), { minLength: 3, maxLength: 3 }),
      settings: fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean() }),
    })
    .chain(({ batches: [left, right], sizes, settings }) => {
      const [rows, inner, columns] = sizes as [number, number, number];
      const a = [...left!, ...(settings.transposeA ? [inner, rows] : [rows, inner])];
      const b = [...right!, ...(settings.transposeB ? [columns, inner] : [inner, columns])];
      const elements = dtype === 'int32' ? integers : undefined;
      return fc
        .tuple(array(a, elements, dtype), array(b, elements, dtype))
        .map(inputs => ({ inputs, settings }));
    });

const product = ([a, b]: tf.Tensor[], { transposeA, transposeB }: Flips) =>
  tf.matMul(a!, b!, transposeA, transposeB);

const unstacked = fc.constant<number[][]>([[], []]);
/**
 * Leading axes, on one side with ones in front. Where ones are elsewhere, TensorFlow.js' CPU backend takes the wrong
 * matrices, and where they meet stacks of none, it does not broadcast.
 */
const stacked = fc.tuple(shapes(1, 2), fc.nat(2), fc.boolean()).map(([stack, count, left]) => {
  const narrow = stack.map((length, axis) => (axis < count && length > 0 ? 1 : length));
  return left ? [narrow, stack] : [stack, narrow];
});

interface Convolution {
  strides: [number, number];
  pad: 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];
  dataFormat: 'NHWC' | 'NCHW';
  dilations: [number, number];
  /** [batch, height, width, channels], or [batch, channels, height, width]. */
  imageShape: [number, number, number, number];
  filterShape: [number, number, number, number];
  dimRoundingMode: 'floor' | 'ceil' | 'round' | undefined;
}

const size = (low: number, high: number) => fc.integer({ min: low, max: high });
const pair = (low: number, high: number) => fc.tuple(size(low, high), size(low, high));

/** The geometry of a convolution. */
const convolutions = ({ dilated }: { dilated: boolean }): fc.Arbitrary<Convolution> =>
  fc
    .record({
      batch: lengths(1, 3),
      channels: fc.tuple(lengths(1, 3), lengths(1, 3)),
      image: pair(1, 8),
      filter: pair(1, 5),
      steps: pair(1, 3),
      dataFormat: fc.constantFrom<Convolution['dataFormat'][]>('NHWC', 'NCHW'),
      pad: fc.oneof(
        { arbitrary: fc.constant('valid' as const), weight: 3 },
        fc.constant('same' as const),
        size(0, 2),
        fc.tuple(pair(0, 2), pair(0, 2)),
      ),
      rounding: fc.constantFrom<Convolution['dimRoundingMode'][]>('floor', 'ceil', 'round', undefined),
    })
    .map(
      ({
        batch,
        channels: [incoming, outgoing],
        image,
        filter,
        steps,
        dataFormat,
        pad,
        rounding,
      }): Convolution => {
        const last = dataFormat === 'NHWC';
        // One number as padding is for square filters and equal strides only.
        const [[height, width], [down, right]] =
          typeof pad === 'number'
            ? ([
                [filter[0], filter[0]],
                [steps[0], steps[0]],
              ] as const)
            : ([filter, steps] as const);
        return {
          strides: dilated ? [1, 1] : [down, right],
          dilations: dilated ? [down, right] : [1, 1],
          dataFormat,
          pad: !Array.isArray(pad)
            ? pad
            : last
              ? [[0, 0], pad[0], pad[1], [0, 0]]
              : [[0, 0], [0, 0], pad[0], pad[1]],
          imageShape: last ? [batch, ...image, incoming] : [batch, incoming, ...image],
          filterShape: [height, width, incoming, outgoing],
          dimRoundingMode: typeof pad === 'string' ? undefined : rounding,
        };
      },
    )
    // Filters that do not fit have results of less than no length.
    .filter(settings => resultShape(settings).every(length => length >= 0));

/** Convolutions that make an image of many channels a whole number of times smaller. */
const shrinking: fc.Arbitrary<Convolution> = fc
  .record({
    batch: size(1, 2),
    channels: fc.tuple(size(16, 18), size(1, 2)),
    result: pair(1, 3),
    strides: pair(1, 3),
    taps: pair(1, 2),
    before: pair(0, 3),
    dataFormat: fc.constantFrom<Convolution['dataFormat'][]>('NHWC', 'NCHW'),
  })
  .map(
    ({ batch, channels: [incoming, outgoing], result, strides, taps, before, dataFormat }): Convolution => {
      const image = result.map((length, axis) => length * strides[axis]!) as [number, number];
      const filter = taps.map((count, axis) => count * strides[axis]!) as [number, number];
      const [rows, columns] = filter.map((length, axis) => {
        const both = length - strides[axis]!;
        const first = Math.min(before[axis]!, both);
        return [first, both - first];
      }) as [[number, number], [number, number]];
      const last = dataFormat === 'NHWC';
      return {
        strides,
        dilations: [1, 1],
        dataFormat,
        pad: last ? [[0, 0], rows, columns, [0, 0]] : [[0, 0], [0, 0], rows, columns],
        imageShape: last ? [batch, ...image, incoming] : [batch, incoming, ...image],
        filterShape: [...filter, incoming, outgoing],
        dimRoundingMode: 'floor',
      };
    },
  );

const resultShape = ({
  imageShape,
  filterShape,
  strides,
  dilations,
  pad,
  dataFormat,
  dimRoundingMode,
}: Convolution): number[] =>
  tf.backend_util.computeConv2DInfo(
    imageShape,
    filterShape,
    strides,
    dilations,
    pad as 'same',
    dimRoundingMode,
    false,
    dataFormat === 'NHWC' ? 'channelsLast' : 'channelsFirst',
  ).outShape;

/** Convolutions with arrays for two of: the image, the filter, the result's gradient. */
const convolutionOf = (
  operands: (settings: Convolution) => [readonly number[], readonly number[]],
  settings: fc.Arbitrary<Convolution> = convolutions({ dilated: false }),
): fc.Arbitrary<Call<Convolution>> =>
  settings.chain(settings => {
    const [first, second] = operands(settings);
    return fc
      .tuple(array(first), array(second))
      .map(([a, b]: [NdArray, NdArray]) => ({ inputs: [a, b], settings }));
  });

const forward = (
  [x, filter]: tf.Tensor[],
  { strides, pad, dataFormat, dilations, dimRoundingMode }: Convolution,
) =>
  tf.conv2d(
    x as tf.Tensor4D,
    filter as tf.Tensor4D,
    strides,
    pad as 'same',
    dataFormat,
    dilations,
    dimRoundingMode,
  );

const backward =
  (kernel: 'Conv2DBackpropInput' | 'Conv2DBackpropFilter') =>
  ([image, other]: tf.Tensor[], { imageShape, filterShape, ...how }: Convolution) =>
    tf
      .engine()
      .runKernel(
        kernel,
        (kernel === 'Conv2DBackpropInput'
          ? { dy: image!, filter: other! }
          : { x: image!, dy: other! }) as never,
        { ...how, dilations: 1, inputShape: imageShape, filterShape } as never,
      ) as tf.Tensor;

const CONVOLUTION: Options<Convolution> = {
  ...SUMS,
  nonFinite,
  // TensorFlow.js' gradients leave the rounding out.
  gradient: ({ settings: { dimRoundingMode: rounding } }) => rounding === undefined || rounding === 'floor',
};

export const productCases: Record<string, Case[]> = {
  BatchMatMul: [
    defineCase(matrices(unstacked), product, SUMS),
    defineCase(matrices(stacked), product, {
      ...SUMS,
      // TensorFlow.js does not sum the gradient over axes that broadcast.
      gradient: ({ inputs: [a, b] }) => `${a!.shape.slice(0, -2)}` === `${b!.shape.slice(0, -2)}`,
    }),
    defineCase(matrices(unstacked, 'int32'), product, { gradient: false }),
    defineCase(matrices(stacked, 'int32'), product, { gradient: false }),
  ],
  Conv2D: [
    defineCase(
      convolutionOf(({ imageShape, filterShape }) => [imageShape, filterShape]),
      forward,
      CONVOLUTION,
    ),
    defineCase(
      convolutionOf(
        ({ imageShape, filterShape }) => [imageShape, filterShape],
        convolutions({ dilated: true }),
      ),
      forward,
      {
        ...CONVOLUTION,
        gradient: false,
      },
    ),
  ],
  Conv2DBackpropInput: [
    defineCase(
      convolutionOf(settings => [resultShape(settings), settings.filterShape]),
      backward('Conv2DBackpropInput'),
      CONVOLUTION,
    ),
    defineCase(
      convolutionOf(settings => [resultShape(settings), settings.filterShape], shrinking),
      backward('Conv2DBackpropInput'),
      { ...SUMS, nonFinite: [] },
    ),
    defineCase(
      convolutionOf(settings => [resultShape(settings), settings.filterShape]).filter(
        ({ settings }) => settings.dataFormat === 'NHWC',
      ),
      ([dy, filter], { imageShape, strides, pad, dimRoundingMode }) =>
        tf.conv2dTranspose(
          dy as tf.Tensor4D,
          filter as tf.Tensor4D,
          imageShape,
          strides,
          pad as 'same',
          dimRoundingMode,
        ),
      CONVOLUTION,
    ),
  ],
  Conv2DBackpropFilter: [
    defineCase(
      convolutionOf(settings => [settings.imageShape, resultShape(settings)]),
      backward('Conv2DBackpropFilter'),
      { ...CONVOLUTION, gradient: false },
    ),
  ],
};
