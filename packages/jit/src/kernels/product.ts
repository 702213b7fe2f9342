// Matrix products and convolutions. ONNX wants images as NCHW and filters as OIHW; TensorFlow.js has filters as HWIO
// and images as either. Where a program keeps its tensors in ONNX' layout, the transposes written here cancel.
import { backend_util } from '@tensorflow/tfjs-core';
import { broadcastShapes, type Graph, sameShape, sizeOf, type Value } from '../graph.js';
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

/** What `make` makes of the operands; or zeros, as ONNX Runtime hangs or returns what is in memory for sums of no terms. */
function sums(
  graph: Graph,
  operands: readonly [Value, Value],
  shape: readonly number[],
  make: (...bias: [Value] | []) => Value,
): Value {
  if ([shape, ...operands.map(value => value.shape)].some(some => sizeOf(some) === 0)) {
    return graph.filled(0, shape, 'float32');
  }
  return takesBias(make);
}

/** What `make` makes without a bias, and can make anew with one. */
const takesBias = (make: (...bias: [Value] | []) => Value): Value => ({ ...make(), plus: make });

/** Pixels of a result up to which a batch is convolved as one image. */
const SMALL_IMAGE = 64;
const EXCHANGE_BATCH_AND_CHANNELS = [1, 0, 2, 3];

/** Where the taps of a filter lie on an image; pads are top, left, bottom, right. */
interface Taps {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

/** The convolution of images [n, in, height, width] with filters [out, in, height, width]. */
function convolve(
  graph: Graph,
  [image, filter, ...bias]: readonly [Value, Value, ...Value[]],
  shape: readonly number[],
  { strides, dilations, pads }: Taps,
): Value {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  // Constant filters it has in an order of its own, which is faster yet.
  const folded = graph.strengths.foldedBatches && filter.varies && batch > 1 && height * width <= SMALL_IMAGE;
  if (!folded) {
    return graph.node('Conv', [image, filter, ...bias], shape, 'float32', { strides, dilations, pads });
  }
  // The images one behind the other, as slices of one with a depth; filters are one slice deep.
  const stack = graph.transpose(image, EXCHANGE_BATCH_AND_CHANNELS);
  const deep = graph.node(
    'Conv',
    [
      graph.reshape(stack, [1, ...stack.shape]),
      graph.reshape(filter, filter.shape.toSpliced(2, 0, 1)),
      ...bias,
    ],
    [1, channels, batch, height, width],
    'float32',
    {
      strides: [1, ...strides],
      dilations: [1, ...dilations],
      pads: [0, ...pads.slice(0, 2), 0, ...pads.slice(2)],
    },
  );
  return graph.transpose(graph.reshape(deep, [channels, batch, height, width]), EXCHANGE_BATCH_AND_CHANNELS);
}

const convolution: Kernel = ({ graph, inputs, attrs }) => {
  const { x, filter } = inputs as { x: Value; filter: Value };
  const g = geometry(x.shape, filter.shape, attrs);
  const operands = [g.toNCHW(graph, x), graph.transpose(filter, HWIO_TO_OIHW)] as const;
  const shape = [g.batchSize, g.outChannels, g.outHeight, g.outWidth];
  const image = sums(graph, operands, shape, (...bias) => convolve(graph, [...operands, ...bias], shape, g));
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
  const small = g.toNCHW(graph, dy);
  const operands = [small, graph.transpose(filter, HWIO_TO_OIHW)] as const;
  const worth =
    !graph.strengths.transposedConvolutions &&
    enlarges &&
    phases.every(of => of !== undefined) &&
    g.inChannels >= WORTH_PHASES;
  const image = sums(graph, operands, shape, (...bias) =>
    worth
      ? interleaved(graph, phases as [Phase[], Phase[]], shape, ([down, right]) =>
          convolve(
            graph,
            [small, taps(graph, graph.transpose(filter, HWIO_TO_IOHW), g.strides, [down, right]), ...bias],
            [g.batchSize, g.inChannels, g.outHeight, g.outWidth],
            {
              strides: [1, 1],
              dilations: [1, 1],
              pads: [down.before, right.before, down.after, right.after],
            },
          ),
        )
      : graph.node('ConvTranspose', [...operands, ...bias], shape, 'float32', {
          strides: g.strides,
          pads: g.pads,
          output_padding: g.unseen,
        }),
  );
  return g.fromNCHW(graph, image);
};

// A transposed convolution that enlarges an image s times is s² convolutions of the small image, one for each position of
// a pixel in its s × s block. On a processor ONNX Runtime does them faster than its ConvTranspose, which writes what each
// filter tap gives and sums it up; but with few channels the products are too narrow.

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

/** Of filters [out, in, height, width] every stride-th tap, the last of them first. */
function taps(
  graph: Graph,
  filter: Value,
  strides: readonly number[],
  phases: readonly [Phase, Phase],
): Value {
  const [out, from, height, width] = filter.shape as [number, number, number, number];
  const [rows, columns] = phases.map(({ last }, axis) =>
    Array.from({ length: filter.shape[axis + 2]! / strides[axis]! }, (_, tap) => last - tap * strides[axis]!),
  ) as [number[], number[]];
  // By number from filters laid flat: ONNX Runtime takes steps along two axes much longer.
  const flat = graph.reshape(filter, [out * from, height * width]);
  const numbers = graph.integers(rows.flatMap(row => columns.map(column => row * width + column)));
  const taken = graph.node('Gather', [flat, numbers], [out * from, numbers.shape[0]!], filter.dtype, {
    axis: 1,
  });
  return graph.reshape(taken, [out, from, rows.length, columns.length]);
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
  const [rows, columns] = [g.inHeight - g.unseen[0]!, g.inWidth - g.unseen[1]!];
  const seen = slice(graph, g.toNCHW(graph, x), [0, 0, 0, 0], [g.batchSize, g.inChannels, rows, columns]);
  const operands = [
    graph.transpose(seen, EXCHANGE_BATCH_AND_CHANNELS),
    graph.transpose(g.toNCHW(graph, dy), EXCHANGE_BATCH_AND_CHANNELS),
  ] as const;
  const shape = [g.inChannels, g.outChannels, g.filterHeight, g.filterWidth];
  const filter = sums(graph, operands, shape, () =>
    convolve(graph, operands, shape, { strides: [1, 1], dilations: g.strides, pads: g.pads }),
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
