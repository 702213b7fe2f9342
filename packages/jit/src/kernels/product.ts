// Matrix products, and the sums of products over named axes that are written by them.
import { backend_util } from '@tensorflow/tfjs-core';
import { broadcastShapes, type Graph, sizeOf, type Value } from '../graph.js';
import { finished } from './fused.js';
import { forTypes, type KernelCall, type KernelTable } from './kernel.js';
import { reduce } from './reduction.js';

const swapLast = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];

/** The matrix product over the last two axes, the others broadcast; zeros where it is a sum of no terms. */
export function multiplyMatrices(graph: Graph, a: Value, b: Value): Value {
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, a.shape.at(-2)!, b.shape.at(-1)!];
  // ONNX Runtime does not broadcast stacks of no matrices.
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) return graph.filled(0, shape, a.dtype);
  return graph.node('MatMul', [a, b], shape, a.dtype);
}

/** Results up to which a product has few, and terms of a sum from which on it is long. */
const [FEW, LONG] = [16_384, 2048];
/** Into how many parts a long sum is taken apart at most, and of how many terms these are at least. */
const [PARTS, TERMS] = [64, 128];

/** The product of two matrices of real numbers, each maybe transposed. */
export function multiply(
  graph: Graph,
  [a, transposeA]: readonly [Value, boolean],
  [b, transposeB]: readonly [Value, boolean],
): Value {
  const shape = [a.shape[transposeA ? 1 : 0]!, b.shape[transposeB ? 0 : 1]!];
  const terms = a.shape[transposeA ? 0 : 1]!;
  const parts = Array.from({ length: PARTS }, (_, index) => PARTS - index).find(
    count => terms % count === 0 && terms >= count * TERMS,
  )!;
  if (!graph.strengths.parallelResults || sizeOf(shape) > FEW || terms < LONG || parts === 1) {
    const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    return graph.node('Gemm', [a, b], shape, 'float32', attributes);
  }
  /** A stack of matrices [rows, terms / parts] of one; `along` is its axis of terms. */
  const apart = (matrix: Value, along: number, order: readonly number[]) =>
    graph.transpose(graph.reshape(matrix, matrix.shape.toSpliced(along, 1, parts, terms / parts)), order);
  const left = transposeA ? apart(a, 0, [0, 2, 1]) : apart(a, 1, [1, 0, 2]);
  const right = transposeB ? apart(b, 1, [1, 2, 0]) : apart(b, 0, [0, 1, 2]);
  const sums = graph.node('MatMul', [left, right], [parts, ...shape], 'float32');
  return graph.node('ReduceSum', [sums, graph.integers([0])], shape, 'float32', { keepdims: 0 });
}

function matrixProduct({ graph, inputs, attrs }: KernelCall): Value {
  const { a, b } = inputs as { a: Value; b: Value };
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  const inner = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  if (a.shape.length < 2 || b.shape.length < 2 || inner[0] !== inner[1]) {
    const [left, right] = [`[${a.shape}]${transposeA ? 'ᵀ' : ''}`, `[${b.shape}]${transposeB ? 'ᵀ' : ''}`];
    throw new TypeError(`expected matrices with the same inner length, got ${left} · ${right}`);
  }
  // ONNX Runtime has Gemm for real numbers only.
  if (a.shape.length === 2 && b.shape.length === 2 && a.dtype === 'float32') {
    return multiply(graph, [a, transposeA], [b, transposeB]);
  }
  return multiplyMatrices(
    graph,
    transposeA ? graph.transpose(a, swapLast(a.shape.length)) : a,
    transposeB ? graph.transpose(b, swapLast(b.shape.length)) : b,
  );
}

/** A value with a name for each of its axes. */
interface Named {
  readonly value: Value;
  readonly axes: readonly number[];
}

/** The value with its axes in the order of `axes`. */
const inOrder = (graph: Graph, { value, axes: before }: Named, axes: readonly number[]): Value =>
  graph.transpose(
    value,
    axes.map(axis => before.indexOf(axis)),
  );

/** The value summed over the axes that are not in `kept`. */
function sumOthers(graph: Graph, { value, axes }: Named, kept: ReadonlySet<number>): Named {
  const summed = axes.flatMap((axis, position) => (kept.has(axis) ? [] : [position]));
  return {
    value: reduce(graph, 'ReduceSum', value, summed, false),
    axes: axes.filter(axis => kept.has(axis)),
  };
}

/** Two values as one stack of matrix products: of the axes of both, those that the result has are the stack's. */
function multiplyNamed(graph: Graph, a: Named, b: Named, isInResult: (axis: number) => boolean): Named {
  const lengths = new Map(
    [a, b].flatMap(({ value, axes }) =>
      axes.map((axis, position) => [axis, value.shape[position]!] as const),
    ),
  );
  const sizes = (axes: readonly number[]) => axes.map(axis => lengths.get(axis)!);
  const shared = a.axes.filter(axis => b.axes.includes(axis));
  const stack = shared.filter(isInResult);
  const inner = shared.filter(axis => !isInResult(axis));
  const rows = a.axes.filter(axis => !shared.includes(axis));
  const columns = b.axes.filter(axis => !shared.includes(axis));
  const matrices = (named: Named, first: readonly number[], second: readonly number[]) =>
    graph.reshape(inOrder(graph, named, [...stack, ...first, ...second]), [
      ...sizes(stack),
      sizeOf(sizes(first)),
      sizeOf(sizes(second)),
    ]);
  const axes = [...stack, ...rows, ...columns];
  const product = multiplyMatrices(graph, matrices(a, rows, inner), matrices(b, inner, columns));
  return { value: graph.reshape(product, sizes(axes)), axes };
}

/** Einstein's summation over one or two operands, as sums, transposes and a matrix product. */
function einsum({ graph, inputs, attrs }: KernelCall): Value {
  const operands = Object.values(inputs);
  const { allDims, idDims } = backend_util.decodeEinsumEquation(attrs.equation, operands.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as never);
  const [, result] = attrs.equation.replaceAll(/\s/g, '').split('->') as [string, string];
  if (new Set(result).size !== result.length) {
    throw new TypeError(`expected Einsum with each axis of the result once, got "${attrs.equation}"`);
  }
  if (operands.some(({ dtype }) => dtype !== operands[0]!.dtype)) {
    throw new TypeError(
      `expected operands of one type for Einsum, got ${operands.map(({ dtype }) => dtype)}`,
    );
  }
  // Axes are numbered with those of the result first.
  const axes = [...result].map((_, axis) => axis);
  const terms = operands.map((value, i) => {
    const others = idDims.filter((_, other) => other !== i).flat();
    return sumOthers(graph, { value, axes: idDims[i]! }, new Set([...axes, ...others]));
  });
  const product = terms.reduce((a, b) => multiplyNamed(graph, a, b, axis => axes.includes(axis)));
  return inOrder(graph, product, axes);
}

export const productKernels: KernelTable = {
  ...forTypes(['float32', 'int32'], {
    BatchMatMul: matrixProduct,
    Einsum: einsum,
  }),
  ...forTypes(['float32'], {
    _FusedMatMul: call => finished(call, matrixProduct(call)),
  }),
};
