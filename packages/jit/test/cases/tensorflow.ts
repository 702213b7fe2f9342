// Where TensorFlow's own kernels, which `cuda` by tfjs-node-gpu calls, do otherwise than TensorFlow.js' CPU backend: by kernel,
// which calls, and why. Those calls are left out of the comparison; the programs of this repository make none of them.
import type { NdArray } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import { shapesOf } from '../../src/index.js';
import type { Call, Case } from './case.js';

interface Exception {
  readonly reason: string;
  // biome-ignore lint/suspicious/noExplicitAny: each kernel's calls have settings of their own
  readonly concerns: (call: Call<any>, row: Case) => boolean;
}

const isOf =
  (dtype: string) =>
  ({ inputs }: Call<unknown>) =>
    inputs.some(input => input.dtype === dtype);

const EMPTY: Exception = {
  reason: 'it takes and makes no arrays without elements: it refuses them, or crashes',
  concerns: ({ inputs, settings }, { run }) => {
    const shapes = shapesOf((tensors: Tensor[]) => [run(tensors, settings)].flat(), [...inputs]);
    return [...inputs.map(({ shape }) => shape), ...(shapes as number[][])].some(shape => shape.includes(0));
  },
};
const PADDING: Exception = {
  reason: "tfjs-node knows padding by the words 'valid' and 'same' alone",
  concerns: ({ settings: { pad } }) => pad !== 'valid' && pad !== 'same',
};
const FORMAT: Exception = {
  reason: 'tfjs-node has it for images with channels last alone',
  concerns: ({ settings: { dataFormat } }) => dataFormat === 'NCHW',
};
const UNEQUAL_STRIDES: Exception = {
  reason: 'it takes one stride for both axes',
  concerns: ({ settings: { strides } }) => new Set(strides).size > 1,
};
const DILATED: Exception = {
  reason: 'its kernel for the processor has no gaps between taps',
  concerns: ({ settings: { dilations } }) => dilations.some((step: number) => step > 1),
};
const NOT_FINITE: Exception = {
  reason: 'it reckons otherwise with numbers that are not finite',
  concerns: ({ inputs }) =>
    inputs.some(({ dtype, data }) => dtype === 'float32' && !data.every(Number.isFinite)),
};
const REAL_ALONE: Exception = { reason: 'it has no kernel for whole numbers', concerns: isOf('int32') };
const NO_TRUTHS: Exception = { reason: 'it has no kernel for truth values', concerns: isOf('bool') };

const EXCEPTIONS: Readonly<Record<string, readonly Exception[]>> = {
  Conv2D: [EMPTY],
  Conv2DBackpropInput: [EMPTY],
  Conv2DBackpropFilter: [EMPTY],
  FusedConv2D: [EMPTY, PADDING, FORMAT],
  DepthwiseConv2dNative: [EMPTY, PADDING, UNEQUAL_STRIDES, DILATED],
  DepthwiseConv2dNativeBackpropInput: [EMPTY, PADDING, UNEQUAL_STRIDES, DILATED],
  DepthwiseConv2dNativeBackpropFilter: [EMPTY, PADDING, UNEQUAL_STRIDES, DILATED],
  FusedDepthwiseConv2D: [EMPTY, PADDING, UNEQUAL_STRIDES, DILATED],
  Conv3D: [EMPTY, PADDING, DILATED],
  Conv3DBackpropInputV2: [EMPTY, PADDING, DILATED],
  Conv3DBackpropFilterV2: [EMPTY, PADDING, DILATED, NOT_FINITE],
  MaxPool: [EMPTY, PADDING],
  AvgPool: [EMPTY, PADDING],
  MaxPoolGrad: [EMPTY, PADDING],
  AvgPoolGrad: [EMPTY, PADDING],
  MaxPool3D: [EMPTY, PADDING],
  AvgPool3D: [EMPTY, PADDING],
  MaxPool3DGrad: [EMPTY, PADDING],
  AvgPool3DGrad: [EMPTY, PADDING],
  ResizeNearestNeighbor: [EMPTY],
  ResizeBilinear: [EMPTY],
  Mean: [EMPTY],
  Concat: [
    { reason: 'it joins arrays of one type alone', concerns: ({ settings }) => settings?.types === 2 },
  ],
  Range: [
    {
      reason: 'a step away from the end is an error, and not turned round if it is 1',
      concerns: ({ settings: { start, stop, step = 1 } }) => (stop - start) * step < 0,
    },
  ],
  Mod: [
    {
      reason: 'whole numbers over zero are an error',
      concerns: ({ inputs: [, divisor] }) => divisor!.dtype === 'int32' && divisor!.data.includes(0),
    },
  ],
  Prelu: [NOT_FINITE],
  Elu: [NOT_FINITE],
  EluGrad: [NOT_FINITE],
  Greater: [NO_TRUTHS],
  GreaterEqual: [NO_TRUTHS],
  Less: [NO_TRUTHS],
  LessEqual: [NO_TRUTHS],
  LeakyRelu: [REAL_ALONE],
  Step: [REAL_ALONE],
  Cumsum: [NO_TRUTHS],
  SpaceToBatchND: [NO_TRUTHS],
  BatchToSpaceND: [NO_TRUTHS],
  GatherV2: [
    {
      reason: 'tfjs-node checks places along an axis below zero against nothing',
      concerns: ({ settings }) => settings < 0,
    },
  ],
  UnsortedSegmentSum: [
    {
      reason: 'rows of no segment are an error',
      concerns: ({ inputs: [, segments] }) => !!segments && !segments.data.every(id => id >= 0 && id < 5),
    },
  ],
};

/** Of numbers in a window that are greatest to within 1e-5, TensorFlow gives each the gradient; TensorFlow.js one alone. */
const TIED = new Set(['MaxPool3D', 'MaxPool3DGrad']);

/** The call with numbers far enough apart where it counts which of several is the greatest. */
export function withoutTies(kernel: string, call: Call<unknown>): Call<unknown> {
  if (!TIED.has(kernel)) return call;
  const apart = (input: NdArray): NdArray => ({
    ...input,
    data: Float32Array.from(input.data, (value, index) => Math.round(4 * value) / 4 + index * 2 ** -14),
  });
  return { ...call, inputs: call.inputs.map(apart) };
}

/** Whether TensorFlow's kernel does with a call what TensorFlow.js' does. */
export const inTensorFlow =
  (kernel: string, row: Case) =>
  (call: Call<unknown>): boolean =>
    !(EXCEPTIONS[kernel] ?? []).some(({ concerns }) => concerns(call, row));
