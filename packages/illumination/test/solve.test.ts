// Equations of several series at once, against the exact answers in double precision.

import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { TERMS } from '../src/basis.js';
import { DESIGN } from '../src/encoder.js';
import { solve } from '../src/solve.js';

const SIZE = TERMS.length;
const SERIES = 3;

/** Such equations as pictures make: some pairs of cells are trusted a thousand times more than others. */
const matrices = Array.from({ length: SERIES }, (_, series) => {
  const random = randomStream(series, 'equations');
  const matrix = Matrix.eye(SIZE, SIZE, 20);
  for (let row = 0; row < DESIGN.length / SIZE; row++) {
    const terms = Matrix.rowVector([...DESIGN.subarray(row * SIZE, (row + 1) * SIZE)]);
    matrix.add(
      terms
        .transpose()
        .mmul(terms)
        .mul(10 ** (3 * random.uniform() - 2)),
    );
  }
  return matrix;
});
const vectors = (name: string) =>
  Array.from({ length: SERIES }, (_, series) => [...randomStream(series, name).normals(SIZE)]);
const [right, weights] = [vectors('right'), vectors('weights')];

const exactly = (matrix: Matrix, vector: readonly number[]) =>
  new CholeskyDecomposition(matrix).solve(Matrix.columnVector([...vector])).to1DArray();
const stacked = (shape: number[], numbers: readonly number[]) => float32(shape, Float32Array.from(numbers));
const given = {
  matrix: stacked(
    [SERIES, SIZE, SIZE],
    matrices.flatMap(matrix => matrix.to1DArray()),
  ),
  right: stacked([SERIES, SIZE], right.flat()),
  weights: stacked([SERIES, SIZE], weights.flat()),
};

/** The largest difference, as a part of the largest number. */
const off = (found: NdArray, expected: readonly number[]) =>
  Math.max(...expected.map((value, i) => Math.abs(found.data[i]! - value))) /
  Math.max(...expected.map(Math.abs));

describe('solved', async () => {
  const program = await compile(
    ({ matrix, right, weights }: Record<keyof typeof given, Tensor>) => {
      const [ofMatrix, ofRight] = tf.grads((a: Tensor, b: Tensor) => tf.sum(tf.mul(weights, solve(a, b))))([
        matrix,
        right,
      ]);
      return { answer: solve(matrix, right), ofMatrix: ofMatrix!, ofRight: ofRight! };
    },
    given,
    { device: 'cpu' },
  );
  const { answer, ofMatrix, ofRight } = await program.run(given);
  await program.dispose();
  const answers = matrices.map((matrix, i) => exactly(matrix, right[i]!));
  const pulls = matrices.map((matrix, i) => exactly(matrix, weights[i]!));

  // float32, and equations whose numbers lie a thousandfold apart
  test('is the exact answer', () => expect(off(answer, answers.flat())).toBeLessThan(1e-3));

  test('so is the gradient by the right side', () => expect(off(ofRight, pulls.flat())).toBeLessThan(1e-3));

  test('so is the gradient by the matrix', () => {
    const expected = pulls.flatMap((pull, n) => pull.flatMap(p => answers[n]!.map(x => -p * x)));
    expect(off(ofMatrix, expected)).toBeLessThan(2e-3); // of both
  });
});
