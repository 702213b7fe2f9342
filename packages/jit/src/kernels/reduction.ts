// Reductions over axes, running sums, and the greatest along an axis.
import { util } from '@tensorflow/tfjs-core';
import { type Graph, sizeOf, type Value, type ValueType } from '../graph.js';
import { cast, numeric } from './elementwise.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';

function reduced(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
}

/** Numbers from which on the sum of rows is made as a product: ONNX Runtime's own takes two to ten times as long. */
const MANY = 16384;

/** The sum or mean over leading axes, that is of rows, as a product with a row of equal weights; undefined where it is none. */
function sumOfRows(graph: Graph, operator: string, x: Value, axes: readonly number[]): Value | undefined {
  const [rows, columns] = [x.shape.slice(0, axes.length), x.shape.slice(axes.length)].map(sizeOf) as [
    number,
    number,
  ];
  const weight = { ReduceSum: 1, ReduceMean: 1 / rows }[operator];
  if (!graph.strengths.fastProducts || weight === undefined || x.dtype !== 'float32') return undefined;
  if (columns < 2 || rows * columns < MANY || axes.some(axis => axis >= axes.length)) return undefined;
  const weights = graph.filled(weight, [1, rows], 'float32');
  return graph.node('MatMul', [weights, graph.reshape(x, [rows, columns])], [1, columns], 'float32');
}

export function reduce(
  graph: Graph,
  operator: string,
  x: Value,
  axis: number | number[] | undefined,
  keepDims: boolean,
): Value {
  const axes = util.parseAxisParam(axis as number[], [...x.shape]);
  if (axes.length === 0) return x;
  const shape = reduced(x.shape, axes, keepDims);
  const sunk = graph.sunk(x);
  if (sunk) {
    const moved = graph.axesOf(sunk, axes, x.shape);
    const kept = graph.transpose(reduce(graph, operator, sunk.value, moved, true), sunk.permutation);
    return graph.reshape(kept, shape);
  }
  const product = sumOfRows(graph, operator, x, axes);
  if (product) return graph.reshape(product, shape);
  return graph.node(operator, [x, graph.integers(axes)], shape, x.dtype, { keepdims: keepDims ? 1 : 0 });
}

const reduction =
  (operator: string, as?: ValueType): Kernel =>
  ({ graph, inputs, attrs }) =>
    reduce(graph, operator, as ? cast(graph, inputs.x!, as) : inputs.x!, attrs.axis, attrs.keepDims);

/** By the product or the sum of the truth values as whole numbers, which are right for none of them too. */
const logical =
  (operator: string): Kernel =>
  ({ graph, inputs, attrs }) =>
    cast(graph, reduce(graph, operator, cast(graph, inputs.x!, 'int32'), attrs.axis, attrs.keepDims), 'bool');

const position =
  (operator: string): Kernel =>
  ({ graph, inputs, attrs }) => {
    const x = numeric(graph, inputs.x!);
    const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]);
    if (x.shape[axis!] === 0) {
      throw new TypeError(`expected an axis with elements for ${operator}, got axis ${axis} of [${x.shape}]`);
    }
    const found = graph.node(operator, [x], reduced(x.shape, [axis!], false), 'int64', {
      axis: axis!,
      keepdims: 0,
    });
    return cast(graph, found, 'int32');
  };

/** Sums up to each position of an axis, it included or not, from the front or from the end. */
const runningSum: Kernel = ({ graph, inputs, attrs }) => {
  const x = numeric(graph, inputs.x!);
  const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]);
  return graph.node('CumSum', [x, graph.integers([axis!])], x.shape, x.dtype, {
    exclusive: attrs.exclusive ? 1 : 0,
    reverse: attrs.reverse ? 1 : 0,
  });
};

/** The greatest along the last axis in order, and their positions; of equal ones the first. */
const greatest: Kernel = ({ graph, inputs, attrs }) => {
  const x = inputs.x!;
  const shape = x.shape.with(-1, attrs.k);
  if (sizeOf(shape) === 0) return [x.dtype, 'int32' as const].map(dtype => graph.filled(0, shape, dtype));
  const [values, positions] = graph.nodeOf('TopK', [x, graph.integers([attrs.k])], {}, [
    [shape, x.dtype],
    [shape, 'int64'],
  ]);
  return [values!, cast(graph, positions!, 'int32')];
};

export const reductionKernels: KernelTable = {
  ...forTypes(['float32', 'int32'], {
    Sum: reduction('ReduceSum'),
    // The one kernel that names its axes otherwise.
    Max: ({ graph, inputs, attrs }) =>
      reduce(graph, 'ReduceMax', inputs.x!, attrs.reductionIndices, attrs.keepDims),
    Min: reduction('ReduceMin'),
    Prod: reduction('ReduceProd'),
    TopK: greatest,
  }),
  ...forTypes(['bool'], {
    All: logical('ReduceProd'),
    Any: logical('ReduceSum'),
  }),
  ArgMax: position('ArgMax'),
  ArgMin: position('ArgMin'),
  Cumsum: runningSum,
  Mean: reduction('ReduceMean', 'float32'),
};
