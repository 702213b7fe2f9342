// The kernels of src/kernels/convolution.ts.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { array, type Call, type Case, defineCase, lengths, NON_FINITE, type Options } from './case.js';

/** In padding, zero times a number that is not finite is NaN on `cpu`, and left out on `js`. */
const nonFinite = ({ settings: { pad } }: Call<{ pad: unknown }>) => (pad === 'valid' ? NON_FINITE : []);

/** Sums of up to two hundred products of size up to nine, whose rounding errors add up. */
const SUMS = { tolerance: 5e-5 };

export interface Convolution {
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

const FORMATS: readonly Convolution['dataFormat'][] = ['NHWC', 'NCHW'];

/** The geometry of a convolution. */
export const convolutions = ({
  dilated = false,
  formats = FORMATS,
}: {
  dilated?: boolean;
  formats?: readonly Convolution['dataFormat'][];
} = {}): fc.Arbitrary<Convolution> =>
  fc
    .record({
      batch: lengths(1, 3),
      channels: fc.tuple(lengths(1, 3), lengths(1, 3)),
      image: pair(1, 8),
      filter: pair(1, 5),
      steps: pair(1, 3),
      dataFormat: fc.constantFrom(...formats),
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
    dataFormat: fc.constantFrom(...FORMATS),
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

/** A convolution of images of three by three pixels and two channels. */
const convolutionBy = (filterShape: Convolution['filterShape'], pad: Convolution['pad']): Convolution => ({
  strides: [1, 1],
  dilations: [1, 1],
  dataFormat: 'NHWC',
  pad,
  imageShape: [2, 3, 3, 2],
  filterShape,
  dimRoundingMode: undefined,
});

const resultShape = (
  { imageShape, filterShape, strides, dilations, pad, dataFormat, dimRoundingMode }: Convolution,
  depthwise = false,
): number[] =>
  tf.backend_util.computeConv2DInfo(
    imageShape,
    filterShape,
    strides,
    dilations,
    pad as 'same',
    dimRoundingMode,
    depthwise,
    dataFormat === 'NHWC' ? 'channelsLast' : 'channelsFirst',
  ).outShape;

/** Convolutions with arrays for two of: the image, the filter, the result's gradient. */
const convolutionOf = (
  operands: (settings: Convolution) => [readonly number[], readonly number[]],
  settings: fc.Arbitrary<Convolution> = convolutions(),
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
  (kernel: string) =>
  ([image, other]: tf.Tensor[], { imageShape, filterShape, ...how }: Convolution) =>
    tf
      .engine()
      .runKernel(
        kernel,
        (kernel.includes('Input') ? { dy: image!, filter: other! } : { x: image!, dy: other! }) as never,
        { ...how, dilations: 1, inputShape: imageShape, filterShape } as never,
      ) as tf.Tensor;

const isFloor = ({ settings: { dimRoundingMode: rounding } }: Call<Convolution>): boolean =>
  rounding === undefined || rounding === 'floor';

const isSomething = ({ inputs }: Call<unknown>): boolean => inputs.every(({ data }) => data.length > 0);

const CONVOLUTION: Options<Convolution> = {
  ...SUMS,
  nonFinite,
  // TensorFlow.js' gradients leave the rounding out.
  gradient: isFloor,
};

type Activation = 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'leakyrelu' | 'prelu';

interface Fused extends Convolution {
  biased: boolean;
  activation: Activation;
}

/** Convolutions with a bias and weights of an activation, where there are any. */
const fusedConvolutions = (
  settings: fc.Arbitrary<Convolution>,
  activations: readonly Activation[],
  depthwise = false,
): fc.Arbitrary<Call<Fused>> =>
  fc
    .tuple(settings, fc.boolean(), fc.constantFrom(...activations), fc.nat(2))
    .chain(([settings, biased, activation, drawn]) => {
      const result = resultShape(settings, depthwise);
      const channels = settings.dataFormat === 'NHWC' ? result[3]! : result[1]!;
      // Of one number, of one for each channel, or, for images with channels last, aligned with them.
      const shape = [[], [channels], settings.dataFormat === 'NHWC' ? [1, 1, channels] : [channels]][drawn]!;
      const given = [biased, activation === 'prelu'].flatMap(is => (is ? [array(shape)] : []));
      return fc
        .tuple(array(settings.imageShape), array(settings.filterShape), ...given)
        .map(inputs => ({ inputs, settings: { ...settings, biased, activation } }));
    });

const fused =
  (run: typeof tf.fused.conv2d | typeof tf.fused.depthwiseConv2d) =>
  ([x, filter, ...more]: tf.Tensor[], { biased, activation, dimRoundingMode, ...how }: Fused) =>
    run({
      ...how,
      ...(dimRoundingMode && { dimRoundingMode }),
      x: x as tf.Tensor4D,
      filter: filter as tf.Tensor4D,
      pad: how.pad as 'same',
      ...(biased && { bias: more[0]! }),
      ...(activation === 'prelu' && { preluActivationWeights: more.at(-1)! }),
      ...(activation === 'leakyrelu' && { leakyreluAlpha: 0.3 }),
      activation,
    });

const fusedCases = (
  run: typeof tf.fused.conv2d | typeof tf.fused.depthwiseConv2d,
  depthwise: boolean,
): Case[] => {
  const formats = depthwise ? (['NHWC'] as const) : FORMATS;
  // TensorFlow.js' gradients are for channels last, and there are none of a bias without sums, nor of depthwise ones.
  const gradient = (call: Call<Fused>) =>
    !resultShape(call.settings, depthwise).includes(0) &&
    !depthwise &&
    isFloor(call) &&
    call.settings.dataFormat === 'NHWC' &&
    isSomething(call);
  return [
    defineCase(fusedConvolutions(convolutions({ formats }), ['linear'], depthwise), fused(run), {
      ...SUMS,
      gradient,
      nonFinite,
    }),
    defineCase(
      fusedConvolutions(
        convolutions({ formats }),
        ['relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'],
        depthwise,
      ),
      fused(run),
      { ...SUMS, gradient, nonFinite: [] },
    ),
  ];
};

const CHANNELS_LAST = { formats: ['NHWC'] } as const;
/** A filter of them has a number of results for each channel of the image. */
const depthwiseOf = (
  operands: (settings: Convolution) => [readonly number[], readonly number[]],
  { dilated = false } = {},
): fc.Arbitrary<Call<Convolution>> => convolutionOf(operands, convolutions({ ...CHANNELS_LAST, dilated }));

const depthwise = (
  [x, filter]: tf.Tensor[],
  { strides, pad, dataFormat, dilations, dimRoundingMode }: Convolution,
) =>
  tf.depthwiseConv2d(
    x as tf.Tensor4D,
    filter as tf.Tensor4D,
    strides,
    pad as 'same',
    dataFormat,
    dilations,
    dimRoundingMode,
  );

interface DeepConvolution {
  strides: [number, number, number];
  dilations: [number, number, number];
  pad: 'same' | 'valid' | number;
  /** [batch, depth, height, width, channels]. */
  imageShape: [number, number, number, number, number];
  filterShape: [number, number, number, number, number];
}

const deepInfo = ({ imageShape, filterShape, strides, dilations, pad }: DeepConvolution) =>
  tf.backend_util.computeConv3DInfo(imageShape, filterShape, strides, dilations, pad);

const triple = (low: number, high: number) => fc.tuple(size(low, high), size(low, high), size(low, high));

export const deepConvolutions = ({ dilated = false } = {}): fc.Arbitrary<DeepConvolution> =>
  fc
    .record({
      batch: lengths(1, 2),
      channels: fc.tuple(lengths(1, 2), lengths(1, 2)),
      image: triple(1, 4),
      filter: triple(1, 3),
      steps: triple(1, 2),
      pad: fc.constantFrom<DeepConvolution['pad'][]>('valid', 'valid', 'same', 0, 1, 2),
    })
    .map(
      ({ batch, channels: [incoming, outgoing], image, filter, steps, pad }): DeepConvolution => ({
        strides: dilated ? [1, 1, 1] : steps,
        dilations: dilated ? steps : [1, 1, 1],
        pad,
        imageShape: [batch, ...image, incoming],
        filterShape: [...filter, incoming, outgoing],
      }),
    )
    // TensorFlow.js' same padding in three axes is less than none for steps over pixels.
    .filter(settings => Object.values(deepInfo(settings).padInfo).every(length => !((length as number) < 0)));

const deepOf = (
  operands: (settings: DeepConvolution) => [readonly number[], readonly number[]],
  settings = deepConvolutions(),
): fc.Arbitrary<Call<DeepConvolution>> =>
  settings.chain(settings => {
    const [first, second] = operands(settings);
    return fc
      .tuple(array(first), array(second))
      .map(([a, b]: [NdArray, NdArray]) => ({ inputs: [a, b], settings }));
  });

const deep = ([x, filter]: tf.Tensor[], { strides, pad, dilations }: DeepConvolution) =>
  tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, strides, pad as 'same', 'NDHWC', dilations);

const deepBackward =
  (kernel: string) =>
  ([image, other]: tf.Tensor[], { imageShape, filterShape, strides, pad }: DeepConvolution) =>
    tf
      .engine()
      .runKernel(
        kernel,
        (kernel.includes('Input') ? { dy: image!, filter: other! } : { x: image!, dy: other! }) as never,
        { strides, pad, inputShape: imageShape, filterShape } as never,
      ) as tf.Tensor;

/** Written as convolutions of padded images, whatever the padding. */
const PADDED = { ...SUMS, nonFinite: [] };

export const convolutionCases: Record<string, Case[]> = {
  Conv2D: [
    // Filters as large as the image (in the gradient by two by two), which WebGPU takes for matrices, padding behind or not.
    ...(
      [
        [[2, 2, 2, 3], 'same'],
        [
          [3, 3, 2, 3],
          [
            [0, 0],
            [0, 2],
            [0, 1],
            [0, 0],
          ],
        ],
      ] as const
    ).map(([filterShape, pad]) =>
      defineCase(
        convolutionOf(
          ({ imageShape, filterShape }) => [imageShape, filterShape],
          fc.constant(convolutionBy([...filterShape], pad as Convolution['pad'])),
        ),
        forward,
        { ...SUMS, nonFinite: [] },
      ),
    ),
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
  FusedConv2D: fusedCases(tf.fused.conv2d, false),
  DepthwiseConv2dNative: [
    ...[false, true].map(dilated =>
      defineCase(
        depthwiseOf(({ imageShape, filterShape }) => [imageShape, filterShape], { dilated }),
        depthwise,
        { ...SUMS, nonFinite, gradient: false },
      ),
    ),
    defineCase(
      depthwiseOf(({ imageShape, filterShape }) => [imageShape, filterShape]),
      depthwise,
      // TensorFlow.js counts the results of each channel by dividing by the number of channels.
      { ...PADDED, gradient: ({ settings: { imageShape } }) => imageShape[3] > 0 },
    ),
  ],
  DepthwiseConv2dNativeBackpropInput: [
    defineCase(
      depthwiseOf(settings => [resultShape(settings, true), settings.filterShape]),
      backward('DepthwiseConv2dNativeBackpropInput'),
      { ...PADDED, gradient: false },
    ),
    // Groups of several channels, of which ONNX Runtime's transposed convolution on WebGPU takes the wrong ones.
    defineCase(
      convolutionOf(
        settings => [resultShape(settings, true), settings.filterShape],
        fc.constant(convolutionBy([2, 2, 2, 2], 'valid')),
      ),
      backward('DepthwiseConv2dNativeBackpropInput'),
      { ...PADDED, gradient: false },
    ),
  ],
  DepthwiseConv2dNativeBackpropFilter: [
    ...[['valid'], ['valid', 'same', 0, 1, 2]].map(pads =>
      defineCase(
        depthwiseOf(settings => [settings.imageShape, resultShape(settings, true)]).filter(
          ({ settings: { imageShape, pad } }) =>
            imageShape[3] > 0 && (typeof pad === 'object' || pads.includes(pad)),
        ),
        backward('DepthwiseConv2dNativeBackpropFilter'),
        { ...SUMS, nonFinite, gradient: false },
      ),
    ),
  ],
  FusedDepthwiseConv2D: fusedCases(tf.fused.depthwiseConv2d, true),
  Conv3D: [
    ...[false, true].map(dilated =>
      defineCase(
        deepOf(({ imageShape, filterShape }) => [imageShape, filterShape], deepConvolutions({ dilated })),
        deep,
        { ...SUMS, nonFinite, gradient: false },
      ),
    ),
    defineCase(
      deepOf(({ imageShape, filterShape }) => [imageShape, filterShape]),
      deep,
      PADDED,
    ),
  ],
  Conv3DBackpropInputV2: [
    defineCase(
      deepOf(settings => [deepInfo(settings).outShape, settings.filterShape]),
      deepBackward('Conv3DBackpropInputV2'),
      { ...PADDED, gradient: false },
    ),
  ],
  Conv3DBackpropFilterV2: [
    defineCase(
      deepOf(settings => [settings.imageShape, deepInfo(settings).outShape]),
      deepBackward('Conv3DBackpropFilterV2'),
      { ...SUMS, nonFinite, gradient: false },
    ),
  ],
};
