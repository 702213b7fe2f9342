// Kernels that move, repeat, join or cut tensors, and those that make constants.
import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import { type Graph, sameShape, sizeOf, type Value } from '../graph.js';
import { cast } from './elementwise.js';
import type { KernelTable } from './kernel.js';

/** The block of `x` of the given size that starts at `begin`. */
export function slice(graph: Graph, x: Value, begin: readonly number[], size: readonly number[]): Value {
  const cut = x.shape.flatMap((length, axis) => (begin[axis] === 0 && size[axis] === length ? [] : [axis]));
  if (cut.length === 0) return x;
  const [starts, ends] = [cut.map(axis => begin[axis]!), cut.map(axis => begin[axis]! + size[axis]!)];
  return graph.node(
    'Slice',
    [x, graph.integers(starts), graph.integers(ends), graph.integers(cut)],
    size,
    x.dtype,
  );
}

/** The values one after the other along an axis. */
export function concatenate(graph: Graph, values: readonly Value[], axis: number): Value {
  const first = values[0]!;
  if (values.length === 1) return first;
  const along = values.reduce((length, value) => length + value.shape[axis]!, 0);
  return graph.node('Concat', values, first.shape.with(axis, along), first.dtype, { axis });
}

export function pad(
  graph: Graph,
  x: Value,
  paddings: readonly (readonly [number, number])[],
  value: number,
): Value {
  const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
  return graph.node('Pad', [x, graph.integers(pads), graph.filled(value, [], x.dtype)], shape, x.dtype);
}

/** The elements of `x` at the numbers `at` of an axis. */
export const take = (graph: Graph, x: Value, at: readonly number[], axis: number): Value =>
  graph.node('Gather', [x, graph.integers(at)], x.shape.with(axis, at.length), x.dtype, { axis });

/** Every so many elements of each axis, from `begin` on; a step below zero goes backwards. */
function stridedSlice(
  graph: Graph,
  x: Value,
  begin: readonly number[],
  steps: readonly number[],
  shape: readonly number[],
): Value {
  if (sizeOf(shape) === 0) return graph.filled(0, shape, x.dtype);
  const reach = shape.map((count, axis) => (count - 1) * Math.abs(steps[axis]!) + 1);
  const forwards = x.shape.map((_, axis) => steps[axis]! > 0 || reach[axis] === 1);
  const start = begin.map((first, axis) => (forwards[axis] ? first : first - reach[axis]! + 1));
  const block = slice(graph, x, start, reach);
  const backwards = forwards.flatMap((forward, axis) => (forward ? [] : [axis]));
  const turned = reverse(graph, block, backwards);
  // WebGPU's Slice is wrong for steps below −1.
  const sparse = shape.flatMap((count, axis) => (count === reach[axis] ? [] : [axis]));
  return sliceBySteps(
    graph,
    turned,
    sparse,
    sparse.map(axis => Math.abs(steps[axis]!)),
    shape,
  );
}

/** Every so many elements of some axes, over their whole length. */
function sliceBySteps(
  graph: Graph,
  x: Value,
  axes: readonly number[],
  steps: readonly number[],
  shape: readonly number[],
): Value {
  if (axes.length === 0) return x;
  const [starts, ends] = [
    axes.map((axis, i) => (steps[i]! > 0 ? 0 : x.shape[axis]! - 1)),
    axes.map((axis, i) => (steps[i]! > 0 ? x.shape[axis]! : -x.shape[axis]! - 1)),
  ];
  const lists = [starts, ends, axes, steps].map(numbers => graph.integers(numbers));
  return graph.node('Slice', [x, ...lists], shape, x.dtype);
}

/** The elements in the opposite order along some axes. */
export const reverse = (graph: Graph, x: Value, axes: readonly number[]): Value =>
  sliceBySteps(
    graph,
    x,
    axes.filter(axis => x.shape[axis]! > 1),
    axes.filter(axis => x.shape[axis]! > 1).map(() => -1),
    x.shape,
  );

function blocks(graph: Graph, x: Value, blockShape: number[], batchToSpace: boolean): Value {
  const [shape, size] = [[...x.shape], sizeOf(blockShape)];
  const apart = backend_util.getReshaped(shape, blockShape, size, batchToSpace);
  const order = backend_util.getPermuted(apart.length, blockShape.length, batchToSpace);
  const whole = backend_util.getReshapedPermuted(shape, blockShape, size, batchToSpace);
  return graph.reshape(graph.transpose(graph.reshape(x, apart), order), whole);
}

/** The numbers `start`, `start + step`, …, each rounded before the next as TensorFlow.js does. */
function counted(
  graph: Graph,
  start: number,
  step: number,
  count: number,
  dtype: 'float32' | 'int32',
): Value {
  const numbers = new { float32: Float32Array, int32: Int32Array }[dtype](count);
  for (let i = 0; i < count; i++) numbers[i] = i === 0 ? start : numbers[i - 1]! + step;
  return graph.constant(numbers, [count], dtype);
}

const list = (inputs: Readonly<Record<string, Value>>): Value[] => Object.values(inputs);
const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** @throws TypeError if the shapes differ but for the length of one axis. */
function expectAlike(kernel: string, values: readonly Value[], except = -1): void {
  const shapes = values.map(({ shape }) => shape.toSpliced(except, except < 0 ? 0 : 1));
  if (shapes.some(shape => !sameShape(shape, shapes[0]!))) {
    const got = values.map(({ shape }) => `[${shape}]`).join(', ');
    throw new TypeError(
      `expected shapes that are the same${except < 0 ? '' : ` but for axis ${except}`} for ${kernel}, got ${got}`,
    );
  }
}

export const shapeKernels: KernelTable = {
  Identity: ({ inputs }) => inputs.x!,
  Reshape: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    return graph.reshape(x, util.inferFromImplicitShape(attrs.shape, util.sizeFromShape([...x.shape])));
  },
  ExpandDims: ({ graph, inputs, attrs }) => {
    const { input } = inputs as { input: Value };
    const axis = axisOf(attrs.dim, input.shape.length + 1);
    if (axis < 0) throw new TypeError(`expected a place for an axis in [${input.shape}], got ${attrs.dim}`);
    return graph.reshape(input, input.shape.toSpliced(axis, 0, 1));
  },
  Transpose: ({ graph, inputs, attrs }) => graph.transpose(inputs.x!, attrs.perm),
  Tile: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const reps: number[] = attrs.reps;
    const shape = x.shape.map((size, axis) => size * reps[axis]!);
    if (reps.every((count, axis) => count === 1 || x.shape[axis] === 1)) return graph.broadcastTo(x, shape);
    return graph.node('Tile', [x, graph.integers(reps)], shape, x.dtype);
  },
  Slice: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const [begin, size] = slice_util.parseSliceParams(
      { shape: [...x.shape] } as never,
      attrs.begin,
      attrs.size,
    ) as [number[], number[]];
    if (x.shape.some((length, axis) => begin[axis]! < 0 || begin[axis]! + size[axis]! > length)) {
      throw new TypeError(`expected a slice within [${x.shape}], got one of [${size}] at [${begin}]`);
    }
    return slice(graph, x, begin, size);
  },
  // Of the type of the first, as on `js`.
  Concat: ({ graph, inputs, attrs }) => {
    const [first, ...others] = list(inputs) as [Value, ...Value[]];
    const axis = axisOf(attrs.axis, first.shape.length);
    expectAlike('Concat', [first, ...others], axis);
    return concatenate(graph, [first, ...others.map(value => cast(graph, value, first.dtype))], axis);
  },
  Pack: ({ graph, inputs, attrs }) => {
    const values = list(inputs);
    expectAlike('Pack', values);
    if (values.some(({ dtype }) => dtype !== values[0]!.dtype)) {
      throw new TypeError(`expected one type for Pack, got ${values.map(({ dtype }) => dtype).join(', ')}`);
    }
    const axis = axisOf(attrs.axis, values[0]!.shape.length + 1);
    const layers = values.map(value => graph.reshape(value, value.shape.toSpliced(axis, 0, 1)));
    return concatenate(graph, layers, axis);
  },
  Unpack: ({ graph, inputs, attrs }) => {
    const { value } = inputs as { value: Value };
    const axis = axisOf(attrs.axis, value.shape.length);
    return Array.from({ length: value.shape[axis]! }, (_, index) => {
      const begin = value.shape.map((_, a) => (a === axis ? index : 0));
      return graph.reshape(
        slice(graph, value, begin, value.shape.with(axis, 1)),
        value.shape.toSpliced(axis, 1),
      );
    });
  },
  SplitV: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const axis = axisOf(attrs.axis, x.shape.length);
    // It writes into lists of sizes, where one may be -1 for "the rest".
    const wanted: number | number[] = attrs.numOrSizeSplits;
    const sizes = backend_util.prepareSplitSize(
      x as never,
      Array.isArray(wanted) ? [...wanted] : wanted,
      axis,
    );
    let start = 0;
    return sizes.map(size => {
      const part = slice(
        graph,
        x,
        x.shape.map((_, a) => (a === axis ? start : 0)),
        x.shape.with(axis, size),
      );
      start += size;
      return part;
    });
  },
  PadV2: ({ graph, inputs, attrs }) => pad(graph, inputs.x!, attrs.paddings, attrs.constantValue),
  // Its modes are ONNX Pad's "reflect" and one that Pad does not have.
  MirrorPad: ({ graph, inputs, attrs }) => {
    const paddings: [number, number][] = attrs.paddings;
    const offset = attrs.mode === 'reflect' ? 0 : 1;
    return paddings.reduce((x, [before, after], axis) => {
      if (before + after === 0) return x;
      const length = x.shape[axis]!;
      const numbers = Array.from({ length: before + length + after }, (_, i) => {
        const position = i - before;
        if (position < 0) return -position - offset;
        return position < length ? position : 2 * (length - 1) - position + offset;
      });
      return take(graph, x, numbers, axis);
    }, inputs.x!);
  },
  Reverse: ({ graph, inputs, attrs }) =>
    reverse(graph, inputs.x!, util.parseAxisParam(attrs.dims, [...inputs.x!.shape])),
  StridedSlice: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const { begin, end, strides, finalShape } = slice_util.sliceInfo(
      [...x.shape],
      attrs.begin,
      attrs.end,
      attrs.strides,
      attrs.beginMask,
      attrs.endMask,
      attrs.ellipsisMask,
      attrs.newAxisMask,
      attrs.shrinkAxisMask,
    );
    const shape = slice_util.computeOutShape(begin, end, strides).map(count => Math.max(count, 0));
    return graph.reshape(stridedSlice(graph, x, begin, strides, shape), finalShape);
  },

  // Blocks of pixels become images of a batch, and back, as reshapes and transposes.
  SpaceToBatchND: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const { blockShape, paddings } = attrs as { blockShape: number[]; paddings: [number, number][] };
    const others = x.shape.slice(paddings.length + 1).map((): [number, number] => [0, 0]);
    const padded = pad(graph, x, [[0, 0], ...paddings, ...others], 0);
    return blocks(graph, padded, blockShape, false);
  },
  BatchToSpaceND: ({ graph, inputs, attrs }) => {
    const { blockShape, crops } = attrs as { blockShape: number[]; crops: number[][] };
    const whole = blocks(graph, inputs.x!, blockShape, true);
    const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
    const size = backend_util.getSliceSize([...whole.shape], crops, blockShape.length);
    const others = whole.shape.slice(begin.length);
    return slice(graph, whole, [...begin, ...others.map(() => 0)], [...size, ...others]);
  },
  DepthToSpace: ({ graph, inputs, attrs: { blockSize: size, dataFormat } }) => {
    const x = inputs.x!;
    if (dataFormat !== 'NHWC' || x.dtype !== 'float32') {
      throw new TypeError(`expected float32 in NHWC for DepthToSpace, got ${x.dtype} in ${dataFormat}`);
    }
    const [batch, height, width, depth] = x.shape as [number, number, number, number];
    const apart = graph.reshape(x, [batch, height, width, size, size, depth / size ** 2]);
    const woven = graph.transpose(apart, [0, 1, 3, 2, 4, 5]);
    return graph.reshape(woven, [batch, height * size, width * size, depth / size ** 2]);
  },

  Fill: ({ graph, attrs }) => {
    if (!['float32', 'int32', 'bool'].includes(attrs.dtype)) {
      throw new TypeError(`expected Fill with float32, int32 or bool, got ${attrs.dtype}`);
    }
    return graph.filled(Number(attrs.value), attrs.shape, attrs.dtype);
  },
  Range: ({ graph, attrs: { start, stop, step, dtype } }) => {
    if (dtype !== 'float32' && dtype !== 'int32') {
      throw new TypeError(`expected Range of float32 or int32, got ${dtype}`);
    }
    const nothing = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
    const count = nothing ? 0 : Math.abs(Math.ceil((stop - start) / step));
    // A step of one, which is the default, counts down where the end is below.
    return counted(graph, start, stop < start && step === 1 ? -1 : step, count, dtype);
  },
  LinSpace: ({ graph, attrs: { start, stop, num } }) =>
    counted(graph, start, (stop - start) / (num - 1), num, 'float32'),
  ZerosLike: ({ graph, inputs }) => graph.filled(0, inputs.x!.shape, inputs.x!.dtype),
  OnesLike: ({ graph, inputs }) => graph.filled(1, inputs.x!.shape, inputs.x!.dtype),
};
