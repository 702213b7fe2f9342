// What is known of a program before it runs: its arithmetic, by which its speed is measured, and its shapes.
import { type Graph, type Node, sizeOf } from './graph.js';
import { isOutput, trace } from './trace.js';
import { type ArraysOf, leaves, mapTree, type Tree } from './tree.js';

/**
 * Floating-point operations of one run of `fn`: two (multiply, add) for each term of its matrix products and
 * convolutions, on borders too. Elementwise work, a few per cent beside them, does not count.
 *
 * @throws TypeError if `fn` cannot be recorded.
 * @example
 * import { countOperations, float32 } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const x = float32([3, 4], new Float32Array(12));
 * console.log(countOperations(x => tf.matMul(x, x, false, true), x)); // 72
 */
export function countOperations<I, O>(fn: (input: I) => O, example: ArraysOf<I>): number {
  const { graph, result } = trace(fn, example);
  const outputs = leaves(result, isOutput).map(({ 1: { value } }) => graph.dense(value));
  return graph.reachable(outputs).nodes.reduce((sum, node) => sum + 2 * termsOf(node, graph), 0);
}

/**
 * The shapes of what `fn` returns, at the paths of its tensors.
 *
 * @throws TypeError if `fn` cannot be recorded.
 * @example
 * import { float32, shapesOf } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const x = float32([3, 4], new Float32Array(12));
 * console.log(shapesOf(x => ({ product: tf.matMul(x, x, false, true), sum: tf.sum(x) }), x)); // { product: [ 3, 3 ], sum: [] }
 */
export function shapesOf<I, O>(fn: (input: I) => O, example: ArraysOf<I>): Tree<readonly number[]> {
  return mapTree(trace(fn, example).result, isOutput, ({ value }) => value.shape);
}

function termsOf({ operator, inputs, outputs, attributes }: Node, { shapes }: Graph): number {
  const [first, second] = inputs.map(name => shapes.get(name)!) as [readonly number[], readonly number[]];
  const output = shapes.get(outputs[0]!)!;
  switch (operator) {
    case 'Gemm':
      return sizeOf(output) * first[attributes.transA === 1 ? 0 : 1]!;
    case 'MatMul':
      return sizeOf(output) * first.at(-1)!;
    case 'Conv':
      return sizeOf(output) * sizeOf(second.slice(1));
    case 'ConvTranspose':
      return sizeOf(first) * sizeOf(second.slice(1));
    default:
      return 0;
  }
}
