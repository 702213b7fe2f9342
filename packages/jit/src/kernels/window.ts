// Where the windows of convolutions and pools lie on images of two or three axes, from TensorFlow.js' own reckoning.
// ONNX wants the channels in front of those axes; TensorFlow.js has them there (NCHW) or behind (NHWC, NDHWC).
import { backend_util } from '@tensorflow/tfjs-core';
import { type Graph, sameShape, type Value } from '../graph.js';

/** Lists have one number for each axis of an image: height and width, or depth, height and width. */
export interface Windows {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** The lengths of the image, of the result and of a window. */
  readonly image: readonly number[];
  readonly result: readonly number[];
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding in front of each axis, then behind each. */
  readonly pads: readonly number[];
  /** The last pixels of each axis that no window reaches. */
  readonly unseen: readonly number[];
  /** The shape of the result in TensorFlow.js' order of axes. */
  readonly outShape: readonly number[];
  readonly toChannelsFirst: (graph: Graph, image: Value) => Value;
  readonly fromChannelsFirst: (graph: Graph, image: Value) => Value;
}

export interface WindowAttributes {
  strides: number | number[];
  dilations?: number | number[] | null;
  pad: unknown;
  dataFormat?: 'NHWC' | 'NCHW' | 'NDHWC';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape2D = [number, number, number, number];
type Shape3D = [number, number, number, number, number];

/** The windows of a convolution of images by filters [height, width, in, out] or [depth, height, width, in, out]. */
export function windowsOf(
  imageShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations, pad, dataFormat, dimRoundingMode }: WindowAttributes,
  depthwise = false,
): Windows {
  const apart = dilations ?? 1;
  const channelsLast = dataFormat !== 'NCHW';
  const layout = channelsLast ? 'channelsLast' : 'channelsFirst';
  const info =
    imageShape.length === 4
      ? flatInfo(
          backend_util.computeConv2DInfo(
            imageShape as Shape2D,
            filterShape as Shape2D,
            strides as [number, number],
            apart as [number, number],
            pad as never,
            dimRoundingMode,
            depthwise,
            layout,
          ),
          pad,
        )
      : deepInfo(
          backend_util.computeConv3DInfo(
            imageShape as Shape3D,
            filterShape as Shape3D,
            strides as [number, number, number],
            apart as [number, number, number],
            pad as never,
            depthwise,
            layout,
            dimRoundingMode,
          ),
        );
  const { image, result, reach, before } = info;
  if (result.some(length => length < 0)) {
    throw new TypeError(`expected windows that fit in [${image}] and its padding, got [${reach}]`);
  }
  // How far the last window reaches past the image; less than nothing where the result's length was rounded down.
  const beyond = image.map((length, axis) => {
    const last = (result[axis]! - 1) * info.strides[axis]!;
    return last + reach[axis]! - before[axis]! - length;
  });
  const rank = imageShape.length;
  const axes = image.map((_, axis) => axis);
  const toFirst = [0, rank - 1, ...axes.map(axis => axis + 1)];
  const toLast = [0, ...axes.map(axis => axis + 2), 1];
  return {
    ...info,
    pads: [...before, ...beyond.map(length => Math.max(length, 0))],
    unseen: beyond.map(length => Math.max(-length, 0)),
    toChannelsFirst: (graph, value) => (channelsLast ? graph.transpose(value, toFirst) : value),
    fromChannelsFirst: (graph, value) => (channelsLast ? graph.transpose(value, toLast) : value),
  };
}

/** TensorFlow.js' gradients leave out how the lengths of results were rounded, and dilations. @throws TypeError then. */
export function expectResult(dy: Value, { outShape }: Windows): void {
  if (!sameShape(dy.shape, outShape)) {
    throw new TypeError(
      `expected [${outShape}] as the shape of a convolution or pool with a gradient, got [${dy.shape}] by dimRoundingMode or dilations`,
    );
  }
}

function flatInfo(info: ReturnType<typeof backend_util.computeConv2DInfo>, pad: unknown) {
  const reach = [info.effectiveFilterHeight, info.effectiveFilterWidth];
  const strides = [info.strideHeight, info.strideWidth];
  if (typeof pad === 'number' && (reach[0] !== reach[1] || strides[0] !== strides[1])) {
    // TensorFlow.js reckons the width of the result by the height's filter and stride.
    throw new TypeError(
      'expected a square filter and equal strides where padding is one number; give it per side',
    );
  }
  return {
    ...countsOf(info),
    image: [info.inHeight, info.inWidth],
    result: [info.outHeight, info.outWidth],
    window: [info.filterHeight, info.filterWidth],
    reach,
    strides,
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.top, info.padInfo.left],
  };
}

function deepInfo(info: ReturnType<typeof backend_util.computeConv3DInfo>) {
  const before = [info.padInfo.front, info.padInfo.top, info.padInfo.left];
  if (before.some(length => length < 0)) {
    // TensorFlow.js then starts inside the image, and for images of two axes it does not.
    throw new TypeError("expected strides of at most the filter's length where padding is 'same'");
  }
  return {
    ...countsOf(info),
    image: [info.inDepth, info.inHeight, info.inWidth],
    result: [info.outDepth, info.outHeight, info.outWidth],
    window: [info.filterDepth, info.filterHeight, info.filterWidth],
    reach: [info.effectiveFilterDepth, info.effectiveFilterHeight, info.effectiveFilterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before,
  };
}

const countsOf = (info: {
  batchSize: number;
  inChannels: number;
  outChannels: number;
  outShape: readonly number[];
}) => ({
  batch: info.batchSize,
  inChannels: info.inChannels,
  outChannels: info.outChannels,
  outShape: info.outShape,
});
