// Matrix products and convolutions. ONNX wants images as NCHW and filters as OIHW; TensorFlow.js has filters as HWIO
// and images as either. Where a program keeps its tensors in ONNX' layout, the transposes written here cancel.
import { backend_util } from '@tensorflow/tfjs-core';
import { type Attribute, broadcastShapes, type Graph, sameShape, sizeOf, type Value } from '../graph.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';
import { concatenate, slice } from './shape.js';

const NHWC_TO_NCHW = [0, 3, 1, 2];
const NCHW_TO_NHWC = [0, 2, 3, 1];
const HWIO_TO_OIHW = [3, 2, 0, 1];
const HWIO_TO_IOHW = [2, 3, 0, 1];
/** The filter gradient comes as [in, out, height, width]. */
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
  if ([shape, ...operands.map(value => value.shape)].some(some => sizeOf(some) === 0)) {
    return graph.filled(0, shape, 'float32');
  }
  return takesBias((...bias) => graph.node(operator, [...operands, ...bias], shape, 'float32', attributes));
}

/** What `make` makes without a bias, and can make anew with one. */
const takesBias = (make: (...bias: [Value] | []) => Value): Value => ({ ...make(), plus: make });

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
  const shape = [g.batchSize, g.inChannels, g.inHeight, g.inWidth];
  const phases = [0, 1].map(axis => phasesOf(filter.shape[axis]!, g.strides[axis]!, g.pads[axis]!));
  const enlarges = [0, 1].every(
    axis => shape[axis + 2] === g.strides[axis]! * [g.outHeight, g.outWidth][axis]!,
  );
  const image =
    enlarges && phases.every(of => of !== undefined) && g.inChannels >= WORTH_PHASES && sizeOf(dy.shape) > 0
      ? takesBias((...bias) =>
          interleaved(graph, phases as [Phase[], Phase[]], shape, ([down, right]) =>
            graph.node(
              'Conv',
              [
                g.toNCHW(graph, dy),
                taps(graph, graph.transpose(filter, HWIO_TO_IOHW), g.strides, [down, right]),
                ...bias,
              ],
              [g.batchSize, g.inChannels, g.outHeight, g.outWidth],
              'float32',
              { strides: [1, 1], pads: [down.before, right.before, down.after, right.after] },
            ),
          ),
        )
      : sums(graph, 'ConvTranspose', [g.toNCHW(graph, dy), graph.transpose(filter, HWIO_TO_OIHW)], shape, {
          strides: g.strides,
          pads: g.pads,
          output_padding: g.unseen,
        });
  return g.fromNCHW(graph, image);
};

// A transposed convolution that enlarges an image s times is s² convolutions of the small image, one for each position of
// a pixel in its s × s block. ONNX Runtime does them faster than its ConvTranspose, which writes what each filter tap gives
// and sums it up; but with few channels the products are too narrow.

/** Channels of the large image from which on its phases are convolved one by one. */
const WORTH_PHASES = 16;

/** Along one axis, the pixels at one position of the blocks: the last tap that reaches them, and padding. */
interface Phase {
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/** Output pixel s i + a has the taps k = r, r + s, … of the input pixels i + q, i + q − 1, …, where a + pad = s q + r. */
function phasesOf(filterLength: number, stride: number, pad: number): Phase[] | undefined {
  const count = filterLength / stride;
  const reach = Math.floor((stride - 1 + pad) / stride);
  if (stride === 1 || !Number.isInteger(count) || reach >= count) return undefined;
  return Array.from({ length: stride }, (_, position) => {
    const after = Math.floor((position + pad) / stride);
    return { last: ((position + pad) % stride) + stride * (count - 1), before: count - 1 - after, after };
  });
}

/**
 * Of filters […, height, width] every stride-th tap, the last of them first. Turned round and thinned out one after the
 * other: on `webgpu` a Slice with a step below −1 takes others.
 */
function taps(
  graph: Graph,
  filter: Value,
  strides: readonly number[],
  phases: readonly [Phase, Phase],
): Value {
  const lengths = filter.shape.slice(2);
  const turned = every(graph, filter, { from: lengths.map(length => length - 1), steps: [-1, -1] });
  return every(graph, turned, {
    from: phases.map(({ last }, axis) => lengths[axis]! - 1 - last),
    steps: strides,
  });
}

/** Of the last two axes every step-th element, from one on. */
function every(
  graph: Graph,
  value: Value,
  { from, steps }: { from: readonly number[]; steps: readonly number[] },
): Value {
  const lengths = value.shape.slice(-2);
  const ends = lengths.map((length, axis) => (steps[axis]! < 0 ? -length - 1 : length));
  const axes = [value.shape.length - 2, value.shape.length - 1];
  return graph.node(
    'Slice',
    [value, ...[from, ends, axes, steps].map(numbers => graph.integers(numbers))],
    [
      ...value.shape.slice(0, -2),
      ...lengths.map((length, axis) => Math.ceil(length / Math.abs(steps[axis]!))),
    ],
    value.dtype,
  );
}

/** An image [n, channels, height, width] of the images of its phases, next to each other along rows, then columns. */
function interleaved(
  graph: Graph,
  [rows, columns]: readonly [readonly Phase[], readonly Phase[]],
  [batch, channels, height, width]: readonly number[],
  image: (phases: readonly [Phase, Phase]) => Value,
): Value {
  const [blocks, across] = [height! / rows.length, width! / columns.length];
  const lines = rows.map(down => {
    const pixels = columns.map(right =>
      graph.reshape(image([down, right]), [batch!, channels!, blocks, across, 1]),
    );
    return graph.reshape(concatenate(graph, pixels, 4), [batch!, channels!, blocks, 1, width!]);
  });
  return graph.reshape(concatenate(graph, lines, 3), [batch!, channels!, height!, width!]);
}

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
