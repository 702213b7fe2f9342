// Kernels that read or write at positions which are numbers. ONNX counts positions below zero from the end;
// TensorFlow.js refuses them, and those past the end.
import { backend_util, util } from '@tensorflow/tfjs-core';
import { type Graph, sizeOf, type Value } from '../graph.js';
import { cast, clip } from './elementwise.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';
import { slice } from './shape.js';

/** The numbers of a constant; undefined for what depends on inputs. */
function numbersOf(graph: Graph, value: Value): readonly number[] | undefined {
  const { scalar, name } = value.expandedFrom ?? value;
  if (scalar !== undefined) return [scalar];
  const constant = graph.constants.find(candidate => candidate.value.name === name);
  return constant && Array.from(constant.data, Number);
}

/**
 * Positions on axes of the given lengths, which take turns, for an operator of ONNX. Constants are checked here. Others
 * become too large where they are below zero, so that ONNX Runtime refuses what TensorFlow.js does.
 * @throws TypeError if a constant is no position.
 */
function positions(graph: Graph, kernel: string, indices: Value, lengths: readonly number[]): Value {
  const known = numbersOf(graph, indices);
  if (known === undefined) {
    const ends = graph.constant(
      Int32Array.from(lengths),
      lengths.length === 1 ? [] : [lengths.length],
      'int32',
    );
    const negative = graph.elementwise('Less', [indices, graph.filled(0, [], 'int32')], 'bool');
    return graph.elementwise('Where', [negative, ends, indices], 'int32');
  }
  // A constant of one number has it for all axes.
  const wrong = Array.from({ length: Math.max(known.length, lengths.length) }, (_, i) => i).find(i => {
    const index = known[i % known.length]!;
    return index < 0 || index >= lengths[i % lengths.length]!;
  });
  if (wrong !== undefined && sizeOf(indices.shape) > 0) {
    const [index, length] = [known[wrong % known.length], lengths[wrong % lengths.length]!];
    throw new TypeError(`expected positions of 0 to ${length - 1} for ${kernel}, got ${index}`);
  }
  return indices;
}

const gather: Kernel = ({ graph, inputs, attrs }) => {
  const { x, indices } = inputs as { x: Value; indices: Value };
  const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]) as [number];
  const { outputShape } = backend_util.segment_util.collectGatherOpShapeInfo(
    x as never,
    indices as never,
    axis,
    attrs.batchDims ?? 0,
  );
  const at = positions(graph, 'GatherV2', indices, [x.shape[axis]!]);
  if (!attrs.batchDims) {
    const sunk = graph.sunk(x);
    const [along, ...more] = sunk ? graph.axesOf(sunk, [axis], x.shape) : [];
    if (!sunk || along === undefined || more.length > 0 || at.shape.length !== 1) {
      return graph.node('Gather', [x, at], outputShape, x.dtype, { axis });
    }
    const shape = sunk.value.shape.with(along, at.shape[0]!);
    const taken = graph.node('Gather', [sunk.value, at], shape, x.dtype, { axis: along });
    return graph.reshape(graph.transpose(taken, sunk.permutation), outputShape);
  }
  const batch = attrs.batchDims < 0 ? attrs.batchDims + indices.shape.length : attrs.batchDims;
  if (sizeOf(outputShape) === 0) return graph.filled(0, outputShape, x.dtype);
  return gatherBatches(graph, x, at, axis, batch);
};

/** From each of a batch at positions of its own: `batch` axes of both are the same. */
function gatherBatches(graph: Graph, x: Value, at: Value, axis: number, batch: number): Value {
  // GatherND reads the axis right behind those of the batch, and has the positions' own axes in its place.
  const axes = [...x.shape.keys()];
  const rest = axes.slice(batch).filter(other => other !== axis);
  const moved = graph.transpose(x, [...axes.slice(0, batch), axis, ...rest]);
  const places = graph.reshape(cast(graph, at, 'int64'), [...at.shape, 1]);
  const shape = [...at.shape, ...moved.shape.slice(batch + 1)];
  const read = graph.node('GatherND', [moved, places], shape, x.dtype, { batch_dims: batch });
  const own = [...at.shape.keys()].slice(batch);
  const behind = rest.map((_, i) => at.shape.length + i);
  const outer = axis - batch;
  return graph.transpose(read, [
    ...axes.slice(0, batch),
    ...behind.slice(0, outer),
    ...own,
    ...behind.slice(outer),
  ]);
}

const gatherNd: Kernel = ({ graph, inputs }) => {
  const { params, indices } = inputs as { params: Value; indices: Value };
  const [shape] = backend_util.prepareAndValidate(params as never, indices as never);
  if (sizeOf(shape) === 0) return graph.filled(0, shape, params.dtype);
  const depth = indices.shape.at(-1)!;
  if (depth === 0) return graph.broadcastTo(params, shape);
  const at = positions(graph, 'GatherNd', indices, params.shape.slice(0, depth));
  return graph.node('GatherND', [params, cast(graph, at, 'int64')], shape, params.dtype);
};

/** Numbers that belong to one place are added up. */
const scatterNd: Kernel = ({ graph, inputs, attrs }) => {
  const { indices, updates } = inputs as { indices: Value; updates: Value };
  const shape: number[] = attrs.shape;
  const zeros = graph.filled(0, shape, updates.dtype);
  if (sizeOf(updates.shape) === 0 || sizeOf(shape) === 0) return zeros;
  const depth = indices.shape.length > 1 ? indices.shape.at(-1)! : 1;
  const at = positions(graph, 'ScatterNd', indices, shape.slice(0, depth));
  const places = graph.reshape(cast(graph, at, 'int64'), [
    ...updates.shape.slice(0, Math.max(indices.shape.length - 1, 1)),
    depth,
  ]);
  return graph.node('ScatterND', [zeros, places, updates], shape, updates.dtype, {
    reduction: 'add',
  });
};

/** Rows of no segment, below zero or too large, go to a row before the first or behind the last, which are cut off. */
const unsortedSegmentSum: Kernel = ({ graph, inputs, attrs }) => {
  const { x, segmentIds } = inputs as { x: Value; segmentIds: Value };
  if (x.dtype !== 'float32') throw new TypeError(`expected float32 for UnsortedSegmentSum, got ${x.dtype}`);
  if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== x.shape[0]) {
    throw new TypeError(
      `expected UnsortedSegmentSum with a segment for each row of [${x.shape}], got [${segmentIds.shape}]`,
    );
  }
  const count: number = attrs.numSegments;
  const known = numbersOf(graph, segmentIds);
  const outside = known === undefined || known.some(id => id < 0 || id >= count);
  const next = graph.elementwise('Add', [segmentIds, graph.filled(1, [], 'int32')], 'int32');
  const rows = outside ? clip(graph, next, 0, count + 1) : segmentIds;
  const shape = x.shape.with(0, outside ? count + 2 : count);
  const places = graph.reshape(cast(graph, rows, 'int64'), [segmentIds.shape[0]!, 1]);
  const sums = graph.node('ScatterND', [graph.filled(0, shape, x.dtype), places, x], shape, x.dtype, {
    reduction: 'add',
  });
  return outside
    ? slice(
        graph,
        sums,
        x.shape.map((_, axis) => (axis === 0 ? 1 : 0)),
        x.shape.with(0, count),
      )
    : sums;
};

/** No position, below zero or too large, is nowhere. */
const oneHot: Kernel = ({ graph, inputs, attrs }) => {
  const { indices } = inputs as { indices: Value };
  const { depth, onValue, offValue, dtype } = attrs as {
    depth: number;
    onValue: number;
    offValue: number;
    dtype: 'float32' | 'int32' | 'bool';
  };
  const numbers = graph.constant(
    Int32Array.from({ length: depth }, (_, i) => i),
    [depth],
    'int32',
  );
  const hits = graph.elementwise('Equal', [graph.reshape(indices, [...indices.shape, 1]), numbers], 'bool');
  if (onValue === 1 && offValue === 0) return cast(graph, hits, dtype);
  const number = dtype === 'bool' ? 'int32' : dtype;
  const [on, off] = [onValue, offValue].map(value => graph.filled(value, [], number)) as [Value, Value];
  return cast(graph, graph.elementwise('Where', [hits, on, off], number), dtype);
};

export const indexingKernels: KernelTable = {
  GatherV2: gather,
  GatherNd: gatherNd,
  ...forTypes(['float32', 'int32'], { ScatterNd: scatterNd }),
  UnsortedSegmentSum: unsortedSegmentSum,
  ...forTypes(['int32'], { OneHot: oneHot }),
};
