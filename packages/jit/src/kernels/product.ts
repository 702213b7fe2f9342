// Matrix products and convolutions. ONNX wants images as NCHW and filters as OIHW; TensorFlow.js has filters as HWIO
// and images as either. Where a program keeps its tensors in ONNX' layout, the transposes written here cancel.
import { backend_util } from '@tensorflow/tfjs-core';
import { type Attribute, broadcastShapes, type Graph, sameShape, sizeOf, type Value } from '../graph.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';
import { slice } from './shape.js';

const NHWC_TO_NCHW = [0, 3, 1, 2];
const NCHW_TO_NHWC = [0, 2, 3, 1];
const HWIO_TO_OIHW = [3, 2, 0, 1];
/** From [in, out, height, width], as the filter gradient comes, to HWIO. */
const IOHW_TO_HWIO = [2, 3, 0, 1];

const swapLast = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];

/** The matrix product over the last two axes, the others broadcast; zeros where it is a sum of no terms. */
export function multiplyMatrices(graph: Graph, a: Value, b: Value): Value {
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, a.shape.at(-2)!, b.shape.at(-1)!];
  // ONNX Runtime does not broadcast stacks of no matrices.
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) return graph.filled(0, shape, a.dtype);
  return graph.node('MatMul', [a, b], shape, a.dtype);
}

const matrixProduct: Kernel = ({ graph, inputs, attrs }) => {
  const { a, b } = inputs as { a: Value; b: Value };
  // ONNX Runtime has Gemm for real numbers only.
  if (a.shape.length === 2 && b.shape.length === 2 && a.dtype === 'float32') {
    const shape = [a.shape[attrs.transposeA ? 1 : 0]!, b.shape[attrs.transposeB ? 0 : 1]!];
    const attributes = { transA: attrs.transposeA ? 1 : 0, transB: attrs.transposeB ? 1 : 0 };
    return graph.node('Gemm', [a, b], shape, a.dtype, attributes);
  }
  return multiplyMatrices(
    graph,
    attrs.transposeA ? graph.transpose(a, swapLast(a.shape.length)) : a,
    attrs.transposeB ? graph.transpose(b, swapLast(b.shape.length)) : b,
  );
};

/** The geometry of a convolution, from TensorFlow.js' own reckoning, and the axes of its images. */
function geometry(imageShape: readonly number[], filterShape: readonly number[], attrs: KernelAttributes) {
  const channelsLast = attrs.dataFormat === 'NHWC';
  const info = backend_util.computeConv2DInfo(
    imageShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad as never,
    attrs.dimRoundingMode,
    false,
    channelsLast ? 'channelsLast' : 'channelsFirst',
  );
  if (
    typeof attrs.pad === 'number' &&
    (info.effectiveFilterHeight !== info.effectiveFilterWidth || info.strideHeight !== info.strideWidth)
  ) {
    // TensorFlow.js reckons the width of the result by the height's filter and stride.
    throw new TypeError(
      'expected a square filter and equal strides where padding is one number; give it per side',
    );
  }
  const { top, left } = info.padInfo;
  // How far the last position of the filter reaches past the image's lower right; less than nothing where the result's
  // size was rounded down, which leaves the last rows or columns of the image unseen.
  const beyond = [
    (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - top - info.inHeight,
    (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - left - info.inWidth,
  ];
  return {
    ...info,
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, ...beyond.map(size => Math.max(size, 0))],
    unseen: beyond.map(size => Math.max(-size, 0)),
    toNCHW: (graph: Graph, image: Value) => (channelsLast ? graph.transpose(image, NHWC_TO_NCHW) : image),
    fromNCHW: (graph: Graph, image: Value) => (channelsLast ? graph.transpose(image, NCHW_TO_NHWC) : image),
  };
}

interface KernelAttributes {
  strides: number | [number, number];
  dilations?: number | [number, number];
  pad: unknown;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** A node of `operator`; or zeros, as ONNX Runtime hangs or returns what is in memory for sums of no terms. */
function sums(
  graph: Graph,
  operator: 'Conv' | 'ConvTranspose',
  operands: readonly [Value, Value],
  shape: readonly number[],
  attributes: Readonly<Record<string, Attribute>>,
): Value {
  return [shape, ...operands.map(value => value.shape)].some(some => sizeOf(some) === 0)
    ? graph.filled(0, shape, 'float32')
    : graph.node(operator, operands, shape, 'float32', attributes);
}

const convolution: Kernel = ({ graph, inputs, attrs }) => {
  const { x, filter } = inputs as { x: Value; filter: Value };
  const g = geometry(x.shape, filter.shape, attrs);
  const image = sums(
    graph,
    'Conv',
    [g.toNCHW(graph, x), graph.transpose(filter, HWIO_TO_OIHW)],
    [g.batchSize, g.outChannels, g.outHeight, g.outWidth],
    { strides: g.strides, dilations: g.dilations, pads: g.pads },
  );
  return g.fromNCHW(graph, image);
};

/** TensorFlow.js' gradients of convolutions leave out how the sizes of the results were rounded. */
function checkRounding(dy: Value, { outShape }: { outShape: readonly number[] }): void {
  if (!sameShape(dy.shape, outShape)) {
    throw new TypeError(
      `expected [${outShape}] as the shape of a convolution with a gradient, got [${dy.shape}] by dimRoundingMode`,
    );
  }
}

/** The gradient of a convolution with respect to its image: a transposed convolution. */
const convolutionOfGradient: Kernel = ({ graph, inputs, attrs }) => {
  const { dy, filter } = inputs as { dy: Value; filter: Value };
  const g = geometry(attrs.inputShape, filter.shape, attrs);
  checkRounding(dy, g);
  const image = sums(
    graph,
    'ConvTranspose',
    [g.toNCHW(graph, dy), graph.transpose(filter, HWIO_TO_OIHW)],
    [g.batchSize, g.inChannels, g.inHeight, g.inWidth],
    { strides: g.strides, pads: g.pads, output_padding: g.unseen },
  );
  return g.fromNCHW(graph, image);
};

/**
 * The gradient of a convolution with respect to its filter: the convolution of the image with the output's gradient,
 * batch and channel axes exchanged, the forward strides as dilations.
 */
const filterGradient: Kernel = ({ graph, inputs, attrs }) => {
  const { x, dy } = inputs as { x: Value; dy: Value };
  const g = geometry(x.shape, attrs.filterShape, attrs);
  checkRounding(dy, g);
  const exchange = [1, 0, 2, 3];
  const image = graph.transpose(g.toNCHW(graph, x), exchange);
  const seen = [g.inChannels, g.batchSize, g.inHeight - g.unseen[0]!, g.inWidth - g.unseen[1]!];
  const filter = sums(
    graph,
    'Conv',
    [slice(graph, image, [0, 0, 0, 0], seen), graph.transpose(g.toNCHW(graph, dy), exchange)],
    [g.inChannels, g.outChannels, g.filterHeight, g.filterWidth],
    { strides: [1, 1], dilations: g.strides, pads: g.pads },
  );
  return graph.transpose(filter, IOHW_TO_HWIO);
};

export const productKernels: KernelTable = {
  ...forTypes(['float32', 'int32'], { BatchMatMul: matrixProduct }),
  ...forTypes(['float32'], {
    Conv2D: convolution,
    Conv2DBackpropInput: convolutionOfGradient,
    Conv2DBackpropFilter: filterGradient,
  }),
};
