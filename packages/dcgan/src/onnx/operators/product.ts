// Products of matrices.
import { elementCount } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { broadcast } from '../known.js';
import type { Operator, OperatorTable } from '../operator.js';
import {
  apply,
  computed,
  elementwise,
  expand,
  isLifted,
  joint,
  NotLiftable,
  Refusal,
  reshape,
  shapeOf,
  transpose,
  type Value,
} from '../value.js';

const swapLast = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];

/** Of two matrices, by TensorFlow.js; the first axis of `a` may be the batch. */
function flat(a: Value, b: Value, transposeA = false, transposeB = false): Value {
  if (isLifted(b) || (transposeA && isLifted(a))) throw new NotLiftable('a product over the batch');
  const [left, right] = [computed(a).tensor, computed(b).tensor];
  return { ...joint([a, b]), tensor: tf.matMul(left, right, transposeA, transposeB) };
}

/** Stacks of matrices, the axes before the last two broadcast. */
function matrixProduct(a: Value, b: Value): Value {
  const [left, right] = [shapeOf(a), shapeOf(b)];
  if (left.at(-1) !== right.at(-2)) throw new Refusal(`matrices of [${left}] and [${right}] have no product`);
  const [stackA, stackB] = [left.slice(0, -2), right.slice(0, -2)];
  if (elementCount(stackB) === 1 && left.length >= right.length && !isLifted(b)) {
    const rows = reshape(a, [elementCount(left.slice(0, -1)), left.at(-1)!]);
    return reshape(flat(rows, reshape(b, right.slice(-2))), [...left.slice(0, -1), right.at(-1)!]);
  }
  if (elementCount(stackA) === 1 && right.length >= left.length && !isLifted(a) && right.length > 2) {
    // The same with both transposed.
    const other = transpose(b, swapLast(right.length));
    const one = transpose(reshape(a, left.slice(-2)), [1, 0]);
    return transpose(matrixProduct(other, one), swapLast(right.length));
  }
  const stack = broadcast([stackA, stackB]);
  const [first, second] = [
    expand(a, [...stack, ...left.slice(-2)]),
    expand(b, [...stack, ...right.slice(-2)]),
  ];
  if (isLifted(first) !== isLifted(second)) throw new NotLiftable('a product with matrices of a fixed batch');
  if (stack.length === 0) return flat(first, second);
  const product = tf.matMul(computed(first).tensor, computed(second).tensor);
  return { ...joint([first, second]), tensor: product };
}

/** Vectors are matrices of one row, or one column, which the result does not have. */
const matMul: Operator = call => {
  const [a, b] = [call.input(0), call.input(1)];
  const [left, right] = [shapeOf(a), shapeOf(b)];
  const whole = matrixProduct(
    left.length === 1 ? reshape(a, [1, ...left]) : a,
    right.length === 1 ? reshape(b, [...right, 1]) : b,
  );
  const shape = [...shapeOf(whole)];
  if (left.length === 1) shape.splice(-2, 1);
  if (right.length === 1) shape.splice(-1, 1);
  return reshape(whole, shape);
};

const gemm: Operator = call => {
  const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
  const product = flat(
    call.input(0),
    call.input(1),
    call.number('transA', 0) === 1,
    call.number('transB', 0) === 1,
  );
  const scaled = alpha === 1 ? product : apply(product, x => tf.mul(x, alpha));
  const added = call.inputs[2];
  if (!added || beta === 0) return scaled;
  const shift = beta === 1 ? added : apply(added, x => tf.mul(x, beta));
  return elementwise((x, y) => tf.add(x!, y!), scaled, shift);
};

/** An array with a letter for each of its axes. */
interface Lettered {
  readonly value: Value;
  readonly letters: string;
}

const sizesOf = ({ value, letters }: Lettered, of: string): number[] =>
  [...of].map(letter => shapeOf(value)[letters.indexOf(letter)]!);
const ordered = ({ value, letters }: Lettered, order: string): Value =>
  transpose(
    value,
    [...order].map(letter => letters.indexOf(letter)),
  );

/** The sum over the letters that nothing else has. */
function summed({ value, letters }: Lettered, needed: string): Lettered {
  const kept = [...letters].filter(letter => needed.includes(letter)).join('');
  if (kept === letters) return { value, letters };
  const gone = [...letters].filter(letter => !needed.includes(letter)).join('');
  const sorted = ordered({ value, letters }, kept + gone);
  const axes = [...gone].map((_, index) => kept.length + index);
  return { value: apply(sorted, x => tf.sum(x, axes)), letters: kept };
}

function contracted(a: Lettered, b: Lettered, needed: string): Lettered {
  const [first, second] = [summed(a, b.letters + needed), summed(b, a.letters + needed)];
  const of = (letters: string, keep: (letter: string) => boolean) => [...letters].filter(keep).join('');
  const shared = (letter: string) => first.letters.includes(letter) && second.letters.includes(letter);
  const stack = of(first.letters, letter => shared(letter) && needed.includes(letter));
  const inner = of(first.letters, letter => shared(letter) && !needed.includes(letter));
  const [rows, columns] = [
    of(first.letters, letter => !shared(letter)),
    of(second.letters, letter => !shared(letter)),
  ];
  const sizes = {
    stack: sizesOf(first, stack),
    inner: elementCount(sizesOf(first, inner)),
    rows: sizesOf(first, rows),
    columns: sizesOf(second, columns),
  };
  const left = reshape(ordered(first, stack + rows + inner), [
    ...sizes.stack,
    elementCount(sizes.rows),
    sizes.inner,
  ]);
  const right = reshape(ordered(second, stack + inner + columns), [
    ...sizes.stack,
    sizes.inner,
    elementCount(sizes.columns),
  ]);
  const product = reshape(matrixProduct(left, right), [...sizes.stack, ...sizes.rows, ...sizes.columns]);
  return { value: product, letters: stack + rows + columns };
}

const einsum: Operator = call => {
  const equation = call.text('equation', '').replaceAll(' ', '');
  const [from, to] = equation.split('->') as [string, string | undefined];
  const terms = from.split(',');
  const isSimple =
    to !== undefined &&
    [...terms, to].every(term => /^[a-zA-Z]*$/.test(term) && new Set(term).size === term.length);
  if (!isSimple) throw new Refusal(`its equation "${equation}" is not supported`);
  const lettered = terms.map((letters, index): Lettered => ({ value: call.input(index), letters }));
  const all = lettered.reduce((a, b, index) => contracted(a, b, to + terms.slice(index + 1).join('')));
  return ordered(summed(all, to), to);
};

export const productOperators: OperatorTable = { MatMul: matMul, Gemm: gemm, Einsum: einsum };
