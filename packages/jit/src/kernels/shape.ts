// Kernels that move, repeat, join or cut tensors, and those that make constants.
import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import type { Graph, Value } from '../graph.js';
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

const list = (inputs: Readonly<Record<string, Value>>): Value[] => Object.values(inputs);
const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const shapeKernels: KernelTable = {
  Identity: ({ inputs }) => inputs.x!,
  Reshape: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    return graph.reshape(x, util.inferFromImplicitShape(attrs.shape, util.sizeFromShape([...x.shape])));
  },
  ExpandDims: ({ graph, inputs, attrs }) => {
    const { input } = inputs as { input: Value };
    return graph.reshape(input, input.shape.toSpliced(axisOf(attrs.dim, input.shape.length + 1), 0, 1));
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
    );
    return slice(graph, x, begin!, size!);
  },
  Concat: ({ graph, inputs, attrs }) =>
    concatenate(graph, list(inputs), axisOf(attrs.axis, inputs[0]!.shape.length)),
  Pack: ({ graph, inputs, attrs }) => {
    const axis = axisOf(attrs.axis, inputs[0]!.shape.length + 1);
    const layers = list(inputs).map(value => graph.reshape(value, value.shape.toSpliced(axis, 0, 1)));
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
  PadV2: ({ graph, inputs, attrs }) => {
    const x = inputs.x!;
    const paddings: [number, number][] = attrs.paddings;
    const pads = graph.integers([
      ...paddings.map(([before]) => before),
      ...paddings.map(([, after]) => after),
    ]);
    const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    return graph.node('Pad', [x, pads, graph.filled(attrs.constantValue, [], x.dtype)], shape, x.dtype);
  },
  GatherV2: ({ graph, inputs, attrs }) => {
    const { x, indices } = inputs as { x: Value; indices: Value };
    if (attrs.batchDims)
      throw new TypeError(`expected GatherV2 without batch dimensions, got ${attrs.batchDims}`);
    const axis = axisOf(attrs.axis, x.shape.length);
    return graph.node('Gather', [x, indices], x.shape.toSpliced(axis, 1, ...indices.shape), x.dtype, {
      axis,
    });
  },
  UnsortedSegmentSum: ({ graph, inputs, attrs }) => {
    const { x, segmentIds } = inputs as { x: Value; segmentIds: Value };
    if (x.dtype !== 'float32') throw new TypeError(`expected float32 for UnsortedSegmentSum, got ${x.dtype}`);
    if (segmentIds.shape.length !== 1) {
      throw new TypeError(`expected UnsortedSegmentSum with segments of one axis, got [${segmentIds.shape}]`);
    }
    const sums = graph.filled(0, x.shape.with(0, attrs.numSegments), x.dtype);
    const rows = graph.reshape(cast(graph, segmentIds, 'int64'), [segmentIds.shape[0]!, 1]);
    return graph.node('ScatterND', [sums, rows, x], sums.shape, x.dtype, { reduction: 'add' });
  },

  Fill: ({ graph, attrs }) => graph.filled(attrs.value, attrs.shape, attrs.dtype),
  ZerosLike: ({ graph, inputs }) => graph.filled(0, inputs.x!.shape, inputs.x!.dtype),
  OnesLike: ({ graph, inputs }) => graph.filled(1, inputs.x!.shape, inputs.x!.dtype),
};
