// Convolutions and their gradients. ONNX wants images as NCHW and filters as OIHW; TensorFlow.js has filters as HWIO
// and images as either. Where a program keeps its tensors in ONNX' layout, the transposes written here cancel.
import { type Graph, sameShape, sizeOf, type Value } from '../graph.js';
import { filterGradientByImage, worthByImage } from './by-image.js';
import { finished } from './fused.js';
import { forTypes, type Kernel, type KernelCall, type KernelTable } from './kernel.js';
import { patches, worthPatches } from './patches.js';
import { concatenate, reverse, slice } from './shape.js';
import type { FilterKind } from './tiles.js';
import { expectResult, type Windows, windowsOf } from './window.js';
import { winograd, worthWinograd } from './winograd.js';

// Orders of the axes of filters, of any number of axes: H stands for them all, I for incoming channels, O for outgoing.
const hio = (rank: number) => ({ h: [...Array(rank - 2).keys()], i: rank - 2, o: rank - 1 });
const toOIH = (graph: Graph, filter: Value): Value => {
  const { h, i, o } = hio(filter.shape.length);
  return graph.transpose(filter, [o, i, ...h]);
};
const toIOH = (graph: Graph, filter: Value): Value => {
  const { h, i, o } = hio(filter.shape.length);
  return graph.transpose(filter, [i, o, ...h]);
};
const fromOIH = (graph: Graph, filter: Value): Value =>
  graph.transpose(filter, [...hio(filter.shape.length).h.map(axis => axis + 2), 1, 0]);
const fromIOH = (graph: Graph, filter: Value): Value =>
  graph.transpose(filter, [...hio(filter.shape.length).h.map(axis => axis + 2), 0, 1]);
const exchangeFirst = (graph: Graph, value: Value): Value =>
  graph.transpose(value, [1, 0, ...value.shape.slice(2).map((_, axis) => axis + 2)]);

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

/** Where the taps of a filter lie on an image; pads are those in front of each axis, then those behind. */
interface Taps {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

/**
 * Whether ONNX Runtime on WebGPU takes a convolution for a matrix product: the filter is as large as the image, and there
 * is no padding in front. It overlooks padding behind.
 */
function isTakenForProduct(image: Value, filter: Value, pads: readonly number[]): boolean {
  const [front, behind] = [pads.slice(0, pads.length / 2), pads.slice(pads.length / 2)];
  return (
    sameShape(image.shape.slice(2), filter.shape.slice(2)) &&
    front.every(length => length === 0) &&
    behind.some(length => length > 0)
  );
}

/** The convolution of images [n, in, …] with filters [out, in / group, …], of the channels in groups by themselves. */
function convolve(
  graph: Graph,
  [image, filter, ...bias]: readonly [Value, Value, ...Value[]],
  shape: readonly number[],
  { strides, dilations, pads }: Taps,
  group = 1,
): Value {
  const [batch, channels, ...lengths] = shape as [number, number, ...number[]];
  const [first, ...others] = pads;
  if (isTakenForProduct(image, filter, pads)) {
    // One row of windows more in front of the others, which is cut off.
    const step = strides[0]!;
    const more = [batch, channels, lengths[0]! + 1, ...lengths.slice(1)];
    const taps = { strides, dilations, pads: [first! + step, ...others] };
    const larger = convolve(graph, [image, filter, ...bias], more, taps, group);
    return slice(graph, larger, [0, 0, 1, ...lengths.slice(1).map(() => 0)], shape);
  }
  const folded =
    graph.strengths.foldedBatches &&
    // Constant filters it has in an order of its own, which is faster yet.
    filter.varies &&
    group === 1 &&
    batch > 1 &&
    lengths.length === 2 &&
    sizeOf(lengths) <= SMALL_IMAGE;
  if (!folded) {
    return graph.node('Conv', [image, filter, ...bias], shape, 'float32', {
      strides,
      dilations,
      pads,
      ...(group > 1 && { group }),
    });
  }
  // The images one behind the other, as slices of one with a depth; filters are one slice deep.
  const stack = exchangeFirst(graph, image);
  const deep = graph.node(
    'Conv',
    [
      graph.reshape(stack, [1, ...stack.shape]),
      graph.reshape(filter, filter.shape.toSpliced(2, 0, 1)),
      ...bias,
    ],
    [1, channels, batch, ...lengths],
    'float32',
    {
      strides: [1, ...strides],
      dilations: [1, ...dilations],
      pads: [0, ...pads.slice(0, 2), 0, ...pads.slice(2)],
    },
  );
  return exchangeFirst(graph, graph.reshape(deep, [channels, batch, ...lengths]));
}

/** A convolution and its gradients as matrix products, where those are faster. A filter's gradient has no filter given. */
function asProducts(graph: Graph, at: Windows, filter?: Value) {
  const kind = kindOf(graph, filter);
  const products = worthWinograd(graph, at, kind)
    ? winograd(graph, at)
    : worthPatches(graph, at, kind)
      ? patches(graph, at)
      : undefined;
  if (products && filter) graph.multiplied.add(filter.name);
  return products;
}

const kindOf = (graph: Graph, filter: Value | undefined): FilterKind =>
  !filter || filter.varies ? 'varies' : graph.multiplied.has(filter.name) ? 'multiplied' : 'constant';

/** The sums of a convolution, channels first, and where its windows lie. */
function convolved({ graph, inputs, attrs }: KernelCall, depthwise = false): { image: Value; at: Windows } {
  const { x, filter } = inputs as { x: Value; filter: Value };
  const at = windowsOf(x.shape, filter.shape, attrs, depthwise);
  const operands = [at.toChannelsFirst(graph, x), prepared(graph, filter, depthwise)] as const;
  const shape = [at.batch, at.outChannels, ...at.result];
  const products = depthwise ? undefined : asProducts(graph, at, filter);
  if (products) return { image: products.convolution(...operands), at };
  const image = sums(graph, operands, shape, (...bias) =>
    convolve(graph, [...operands, ...bias], shape, at, depthwise ? at.inChannels : 1),
  );
  return { image, at };
}

/** A filter as ONNX has it: [out, in, …]; or [in · multiplier, 1, …] where each incoming channel is by itself. */
function prepared(graph: Graph, filter: Value, depthwise: boolean): Value {
  if (!depthwise) return toOIH(graph, filter);
  const alone = toIOH(graph, filter);
  const [channels, multiplier, ...lengths] = alone.shape as [number, number, ...number[]];
  return graph.reshape(alone, [channels * multiplier, 1, ...lengths]);
}

const convolution =
  ({ depthwise = false } = {}): Kernel =>
  call => {
    const { image, at } = convolved(call, depthwise);
    return at.fromChannelsFirst(call.graph, image);
  };

/** A convolution with a bias and an activation, which are aligned with its result; a list of numbers with its channels. */
const fusedConvolution =
  ({ depthwise = false } = {}): Kernel =>
  call => {
    const { graph, attrs } = call;
    const { image, at } = convolved(call, depthwise);
    const aligned = (value: Value) => {
      const perChannel = attrs.dataFormat === 'NCHW' && value.shape.length === 1;
      const shape = perChannel ? [...value.shape, 1, 1] : value.shape;
      const ones = Array(image.shape.length - shape.length).fill(1);
      return at.toChannelsFirst(graph, graph.reshape(value, [...ones, ...shape]));
    };
    return at.fromChannelsFirst(graph, finished(call, image, aligned));
  };

/** The gradient of a convolution with respect to its image: a transposed convolution. */
const convolutionOfGradient =
  ({ depthwise = false } = {}): Kernel =>
  ({ graph, inputs, attrs }) => {
    const { dy, filter } = inputs as { dy: Value; filter: Value };
    const at = windowsOf(attrs.inputShape, filter.shape, { ...attrs, dilations: 1 }, depthwise);
    expectResult(dy, at);
    const shape = [at.batch, at.inChannels, ...at.image];
    const small = at.toChannelsFirst(graph, dy);
    const products = depthwise ? undefined : asProducts(graph, at, filter);
    if (products) return at.fromChannelsFirst(graph, products.imageGradient(small, toOIH(graph, filter)));
    const operands = [small, prepared(graph, filter, depthwise)] as const;
    const phases = worthPhases(graph, at) && !depthwise ? phasesOfImage(at) : undefined;
    const image = sums(graph, operands, shape, (...bias) =>
      phases
        ? interleaved(graph, phases, shape, ([down, right]) =>
            convolve(
              graph,
              [small, taps(graph, toIOH(graph, filter), at.strides, [down, right]), ...bias],
              [at.batch, at.inChannels, ...at.result],
              {
                strides: [1, 1],
                dilations: [1, 1],
                pads: [down.before, right.before, down.after, right.after],
              },
            ),
          )
        : depthwise || at.image.length === 3
          ? convolvedBack(graph, [small, filter, ...bias], shape, at, depthwise ? at.inChannels : 1)
          : graph.node('ConvTranspose', [...operands, ...bias], shape, 'float32', {
              strides: at.strides,
              pads: at.pads,
              output_padding: at.unseen,
            }),
    );
    return at.fromChannelsFirst(graph, image);
  };

/**
 * A transposed convolution as a convolution of the small image with zeros between its pixels by the filter reversed.
 * ONNX Runtime's ConvTranspose on WebGPU has no third axis, and is wrong for groups of several channels.
 */
function convolvedBack(
  graph: Graph,
  [small, filter, ...bias]: readonly [Value, Value, ...Value[]],
  shape: readonly number[],
  { image, window, strides, pads }: Windows,
  group: number,
): Value {
  const sparse = strides.reduce((value, stride, axis) => spread(graph, value, axis + 2, stride), small);
  const before = window.map((length, axis) => length - 1 - pads[axis]!);
  const after = image.map(
    (length, axis) => length + window[axis]! - 1 - before[axis]! - sparse.shape[axis + 2]!,
  );
  // Where the padding would be less than nothing, pixels are cut off.
  const cut = before.map(length => Math.max(-length, 0));
  const kept = image.map((_, axis) => sparse.shape[axis + 2]! - cut[axis]! - Math.max(-after[axis]!, 0));
  const seen = slice(graph, sparse, [0, 0, ...cut], [...sparse.shape.slice(0, 2), ...kept]);
  const turned = reverse(
    graph,
    toIOH(graph, filter),
    image.map((_, axis) => axis + 2),
  );
  const taps = {
    strides: image.map(() => 1),
    dilations: image.map(() => 1),
    pads: [...before, ...after].map(length => Math.max(length, 0)),
  };
  return convolve(graph, [seen, turned, ...bias], shape, taps, group);
}

/** The value with zeros behind each element of an axis, so that it is `times` as long. */
function spread(graph: Graph, value: Value, axis: number, times: number): Value {
  if (times === 1) return value;
  const [before, after] = [value.shape.slice(0, axis), value.shape.slice(axis + 1)].map(sizeOf) as [
    number,
    number,
  ];
  const length = value.shape[axis]!;
  const zero = graph.filled(0, [], value.dtype);
  const behind = graph.integers([0, 0, 0, 0, times - 1, 0]);
  const pixels = graph.reshape(value, [before * length, 1, after]);
  const padded = graph.node('Pad', [pixels, behind, zero], [before * length, times, after], value.dtype);
  return graph.reshape(padded, value.shape.with(axis, length * times));
}

// A transposed convolution that enlarges an image s times is s² convolutions of the small image, one for each position of
// a pixel in its s × s block. On a processor ONNX Runtime does them faster than its ConvTranspose, which writes what each
// filter tap gives and sums it up; but with few channels the products are too narrow. One that keeps the size, as the
// gradient of a convolution of stride one does, is one convolution, from two channels on: of one there is nothing to gain.

/** Channels of the large image from which on its phases are convolved one by one. */
const WORTH_PHASES = 16;

/** Along one axis, the pixels at one position of the blocks: the last tap that reaches them, and padding. */
interface Phase {
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

function worthPhases(graph: Graph, { inChannels, image, result, strides }: Windows): boolean {
  if (graph.strengths.transposedConvolutions || image.length !== 2) return false;
  const enlarges = image.every((length, axis) => length === strides[axis]! * result[axis]!);
  const keeps = strides.every(stride => stride === 1) && inChannels > 1;
  return enlarges && (inChannels >= WORTH_PHASES || keeps);
}

/** The phases along rows and along columns, if both have some. */
function phasesOfImage({ window, strides, pads }: Windows): [Phase[], Phase[]] | undefined {
  const [rows, columns] = [0, 1].map(axis => phasesOf(window[axis]!, strides[axis]!, pads[axis]!));
  return rows && columns && [rows, columns];
}

/** Output pixel s i + a has the taps k = r, r + s, … of the input pixels i + q, i + q − 1, …, where a + pad = s q + r. */
function phasesOf(filterLength: number, stride: number, pad: number): Phase[] | undefined {
  const count = filterLength / stride;
  const reach = Math.floor((stride - 1 + pad) / stride);
  if (!Number.isInteger(count) || reach >= count) return undefined;
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
  if (rows.length === 1 && columns.length === 1) return image([rows[0]!, columns[0]!]);
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
 * batch and channel axes exchanged, the forward strides as dilations. Where each channel is by itself, so it is here.
 */
const filterGradient =
  ({ depthwise = false } = {}): Kernel =>
  ({ graph, inputs, attrs }) => {
    const { x, dy } = inputs as { x: Value; dy: Value };
    const at = windowsOf(x.shape, attrs.filterShape, { ...attrs, dilations: 1 }, depthwise);
    expectResult(dy, at);
    const image = at.toChannelsFirst(graph, x);
    const products = depthwise ? undefined : asProducts(graph, at);
    if (products) return fromOIH(graph, products.filterGradient(image, at.toChannelsFirst(graph, dy)));
    const isEmpty = [x.shape, dy.shape, at.window].some(shape => sizeOf(shape) === 0);
    if (!depthwise && !isEmpty && worthByImage(graph, at))
      return fromOIH(graph, filterGradientByImage(graph, image, at.toChannelsFirst(graph, dy), at));
    const seen = at.image.map((length, axis) => length - at.unseen[axis]!);
    const pixels = exchangeFirst(
      graph,
      slice(graph, image, [0, 0, ...seen.map(() => 0)], [at.batch, at.inChannels, ...seen]),
    );
    const operands = [
      depthwise ? graph.reshape(pixels, [1, at.inChannels * at.batch, ...seen]) : pixels,
      exchangeFirst(graph, at.toChannelsFirst(graph, dy)),
    ] as const;
    const shape = [depthwise ? 1 : at.inChannels, at.outChannels, ...at.window];
    const taps = { strides: at.strides.map(() => 1), dilations: at.strides, pads: at.pads };
    const filter = sums(graph, operands, shape, () =>
      convolve(graph, operands, shape, taps, depthwise ? at.inChannels : 1),
    );
    return fromIOH(graph, graph.reshape(filter, [...attrs.filterShape.slice(-2), ...at.window]));
  };

export const convolutionKernels: KernelTable = forTypes(['float32'], {
  Conv2D: convolution(),
  Conv2DBackpropInput: convolutionOfGradient(),
  Conv2DBackpropFilter: filterGradient(),
  FusedConv2D: fusedConvolution(),
  DepthwiseConv2dNative: convolution({ depthwise: true }),
  DepthwiseConv2dNativeBackpropInput: convolutionOfGradient({ depthwise: true }),
  DepthwiseConv2dNativeBackpropFilter: filterGradient({ depthwise: true }),
  FusedDepthwiseConv2D: fusedConvolution({ depthwise: true }),
  Conv3D: convolution(),
  Conv3DBackpropInputV2: convolutionOfGradient(),
  Conv3DBackpropFilterV2: filterGradient(),
});
