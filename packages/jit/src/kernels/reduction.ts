// Reductions over axes.
import { util } from '@tensorflow/tfjs-core';
import type { Graph, Value, ValueType } from '../graph.js';
import { cast } from './elementwise.js';
import { forTypes, type Kernel, type KernelTable } from './kernel.js';

function reduced(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
}

function reduce(
  graph: Graph,
  operator: string,
  x: Value,
  axis: number | number[] | undefined,
  keepDims: boolean,
): Value {
  const axes = util.parseAxisParam(axis as number[], [...x.shape]);
  if (axes.length === 0) return x;
  const shape = reduced(x.shape, axes, keepDims);
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
    const x = inputs.x!;
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

export const reductionKernels: KernelTable = {
  ...forTypes(['float32', 'int32'], {
    Sum: reduction('ReduceSum'),
    // The one kernel that names its axes otherwise.
    Max: ({ graph, inputs, attrs }) =>
      reduce(graph, 'ReduceMax', inputs.x!, attrs.reductionIndices, attrs.keepDims),
    Min: reduction('ReduceMin'),
    Prod: reduction('ReduceProd'),
    ArgMax: position('ArgMax'),
    ArgMin: position('ArgMin'),
  }),
  ...forTypes(['bool'], {
    All: logical('ReduceProd'),
    Any: logical('ReduceSum'),
  }),
  Mean: reduction('ReduceMean', 'float32'),
};
