// Trees: nested objects and arrays with tensors at the leaves, so that a whole training state is one value.
import type { NdArray } from '@blind-demod/arrays';
import { Tensor } from '@tensorflow/tfjs-core';

/** A leaf, or arrays and objects of trees. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

/** The tree type `T` with each tensor replaced by the array that holds its values on the host. */
export type ArraysOf<T> = T extends Tensor ? NdArray : { readonly [K in keyof T]: ArraysOf<T[K]> };

/**
 * Whether `value` is an array of numbers on the host, the leaf of a tree outside a tensor program.
 *
 * @example
 * import { float32, isNdArray } from '@blind-demod/jit';
 *
 * console.log(isNdArray(float32([1], Float32Array.of(1))), isNdArray([1])); // true false
 */
export function isNdArray(value: unknown): value is NdArray {
  return (
    typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value
  );
}

/**
 * Whether `value` is a TensorFlow.js tensor, the leaf of a tree inside a tensor program.
 *
 * @example
 * import { compile, float32, isTensor } from '@blind-demod/jit';
 *
 * const x = float32([1], Float32Array.of(1));
 * await compile(tensor => (console.log(isTensor(tensor)), tensor), x, { device: 'cpu' }); // true
 * console.log(isTensor(x)); // false
 */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/**
 * Leaves of a tree by path (`generator.0.weight`), in the order of the tree's keys.
 *
 * @throws TypeError if something is neither a leaf nor holds any.
 * @example
 * import { float32, isNdArray, leaves } from '@blind-demod/jit';
 *
 * const one = float32([1], Float32Array.of(1));
 * console.log(leaves({ layers: [{ weight: one, bias: one }] }, isNdArray).map(([path]) => path).join(' ')); // layers.0.weight layers.0.bias
 */
export function leaves<Leaf>(
  tree: Tree<Leaf>,
  isLeaf: (value: unknown) => value is Leaf,
  path = '',
): [path: string, leaf: Leaf][] {
  if (isLeaf(tree)) return [[path, tree]];
  return Object.entries(branch(tree, path)).flatMap(([key, child]) =>
    leaves(child as Tree<Leaf>, isLeaf, path === '' ? key : `${path}.${key}`),
  );
}

/**
 * The same tree with each leaf replaced by `replace(leaf, path)`.
 *
 * @throws TypeError if something is neither a leaf nor holds any.
 * @example
 * import { float32, isNdArray, mapTree } from '@blind-demod/jit';
 *
 * const weights = { first: float32([2, 3], new Float32Array(6)), others: [float32([3], new Float32Array(3))] };
 * console.log(mapTree(weights, isNdArray, ({ shape }) => shape.join('×'))); // { first: '2×3', others: [ '3' ] }
 */
export function mapTree<From, To>(
  tree: Tree<From>,
  isLeaf: (value: unknown) => value is From,
  replace: (leaf: From, path: string) => To,
  path = '',
): Tree<To> {
  if (isLeaf(tree)) return replace(tree, path);
  const child = (value: unknown, key: string | number) =>
    mapTree(value as Tree<From>, isLeaf, replace, path === '' ? `${key}` : `${path}.${key}`);
  if (Array.isArray(tree)) return tree.map(child);
  return Object.fromEntries(
    Object.entries(branch(tree, path)).map(([key, value]) => [key, child(value, key)]),
  );
}

/** What is not a leaf must hold some. */
function branch(tree: unknown, path: string): object {
  if (typeof tree === 'object' && tree !== null) return tree;
  throw new TypeError(
    `expected a tensor at "${path}" of the tree, got ${tree === null ? 'null' : typeof tree}`,
  );
}
