// The kernels of src/kernels/product.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { array, type Call, type Case, defineCase, integers, lengths, shapes } from './case.js';

/** Sums of up to two hundred products of size up to nine, whose rounding errors add up. */
const SUMS = { tolerance: 5e-5 };

interface Flips {
  transposeA: boolean;
  transposeB: boolean;
}

/** Matrices, and stacks of matrices whose leading axes broadcast. */
const matrices = (
  batches: fc.Arbitrary<number[][]>,
  dtype: 'float32' | 'int32' = 'float32',
): fc.Arbitrary<Call<Flips>> =>
  fc
    .record({
      batches,
      sizes: fc.array(lengths(1, 5), { minLength: 3, maxLength: 3 }),
      settings: fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean() }),
    })
    .chain(({ batches: [left, right], sizes, settings }) => {
      const [rows, inner, columns] = sizes as [number, number, number];
      const a = [...left!, ...(settings.transposeA ? [inner, rows] : [rows, inner])];
      const b = [...right!, ...(settings.transposeB ? [columns, inner] : [inner, columns])];
      const elements = dtype === 'int32' ? integers : undefined;
      return fc
        .tuple(array(a, elements, dtype), array(b, elements, dtype))
        .map(inputs => ({ inputs, settings }));
    });

const product = ([a, b]: tf.Tensor[], { transposeA, transposeB }: Flips) =>
  tf.matMul(a!, b!, transposeA, transposeB);

const unstacked = fc.constant<number[][]>([[], []]);
/**
 * Leading axes, on one side with ones in front. Where ones are elsewhere, TensorFlow.js' CPU backend takes the wrong
 * matrices, and where they meet stacks of none, it does not broadcast.
 */
const stacked = fc.tuple(shapes(1, 2), fc.nat(2), fc.boolean()).map(([stack, count, left]) => {
  const narrow = stack.map((length, axis) => (axis < count && length > 0 ? 1 : length));
  return left ? [narrow, stack] : [stack, narrow];
});

type Activation = 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid' | 'leakyrelu' | 'prelu';

/** TensorFlow.js makes one stack of all, so that those of other lengths do not broadcast. */
const alike = shapes(1, 2).map(stack => [stack, stack]);
/** It has no gradient of a bias of no sums. */
const isSomething = ({ inputs }: Call<unknown>): boolean => inputs.every(({ data }) => data.length > 0);

interface Fused extends Flips {
  biased: boolean;
  activation: Activation;
}

/** Matrix products with a bias and weights of an activation, where there are any. */
const fusedProducts = (
  batches: fc.Arbitrary<number[][]>,
  activations: readonly Activation[],
): fc.Arbitrary<Call<Fused>> =>
  fc
    .tuple(matrices(batches), fc.boolean(), fc.constantFrom(...activations), fc.boolean())
    .chain(([{ inputs, settings }, biased, activation, single]) => {
      const columns = inputs[1]!.shape.at(settings.transposeB ? -2 : -1)!;
      const given = [biased, activation === 'prelu']
        .filter(is => is)
        .map(() => array(single ? [1] : [columns]));
      return fc
        .tuple(...given)
        .map(more => ({ inputs: [...inputs, ...more], settings: { ...settings, biased, activation } }));
    });

const fusedProduct = ([a, b, ...more]: tf.Tensor[], { biased, activation, ...flips }: Fused) =>
  tf.fused.matMul({
    a: a!,
    b: b!,
    ...flips,
    ...(biased && { bias: more[0]! }),
    ...(activation === 'prelu' && { preluActivationWeights: more.at(-1)! }),
    activation,
  });

/** Whether the first axis that is summed is one of all operands: elsewhere TensorFlow.js leaves operands out. */
function isRightOnJs(equation: string): boolean {
  const [operands, result] = equation.split('->') as [string, string];
  const first = [...operands].find(axis => axis !== ',' && !result.includes(axis));
  return first === undefined || operands.split(',').every(operand => operand.includes(first));
}

/** Sums over named axes of one operand or of the products of two. */
const einsums = (dtype: 'float32' | 'int32' = 'float32'): fc.Arbitrary<Call<string>> =>
  fc
    .tuple(
      fc.array(fc.record({ length: lengths(1, 3), where: fc.nat(2), kept: fc.boolean() }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.integer({ min: 1, max: 2 }),
    )
    .chain(([axes, count]) => {
      const named = axes.map((axis, i) => ({ ...axis, name: 'abcde'[i]! }));
      const shuffled = (names: string[]) => fc.shuffledSubarray(names, { minLength: names.length });
      const terms = Array.from({ length: count }, (_, term) =>
        shuffled(
          named.filter(({ where }) => count === 1 || where === term || where === 2).map(({ name }) => name),
        ),
      );
      const result = shuffled(named.filter(({ kept }) => kept).map(({ name }) => name));
      const lengthOf = new Map(named.map(({ name, length }) => [name, length]));
      return fc.tuple(result, ...terms).chain(([result, ...terms]) =>
        fc
          .tuple(
            ...terms.map(names =>
              array(
                names.map(name => lengthOf.get(name)!),
                dtype === 'int32' ? integers : undefined,
                dtype,
              ),
            ),
          )
          .map(inputs => ({
            inputs,
            settings: `${terms.map(names => names.join('')).join(',')}->${result.join('')}`,
          })),
      );
    })
    .filter(({ settings }) => isRightOnJs(settings));
const summed = (inputs: tf.Tensor[], equation: string) => tf.einsum(equation, ...inputs);

export const productCases: Record<string, Case[]> = {
  BatchMatMul: [
    defineCase(matrices(unstacked), product, SUMS),
    defineCase(matrices(stacked), product, {
      ...SUMS,
      // TensorFlow.js does not sum the gradient over axes that broadcast.
      gradient: ({ inputs: [a, b] }) => `${a!.shape.slice(0, -2)}` === `${b!.shape.slice(0, -2)}`,
    }),
    defineCase(matrices(unstacked, 'int32'), product, { gradient: false }),
    defineCase(matrices(stacked, 'int32'), product, { gradient: false }),
  ],
  _FusedMatMul: [
    defineCase(fusedProducts(unstacked, ['linear']), fusedProduct, { ...SUMS, gradient: isSomething }),
    defineCase(
      fusedProducts(unstacked, ['relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu']),
      fusedProduct,
      { ...SUMS, nonFinite: [], gradient: isSomething },
    ),
    defineCase(fusedProducts(alike, ['linear', 'relu']), fusedProduct, {
      ...SUMS,
      nonFinite: [],
      gradient: false,
    }),
  ],
  Einsum: [
    defineCase(einsums(), summed, { ...SUMS, gradient: false }),
    defineCase(einsums('int32'), summed, { gradient: false }),
  ],
};
