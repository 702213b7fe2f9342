// The light that explains the differences between places of all pictures: a scene has few large ones, which differ from
// picture to picture, and a light has the same small ones in all. After Weiss (2001), whose median of the gradients over many
// pictures this is, but for one smooth light in all places at once, and with its variance.

import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Told } from './ask.js';
import { fieldsOf, TERMS } from './basis.js';
import { COARSE } from './common.js';

/** How far apart the two cells of a difference are. */
const DISTANCES = [2, 4, 8, 16];
/** Differences of logarithms below this count by their square, above it by their size. */
const SMALL = 0.1;
const ITERATIONS = 8;

/** The two cells of each difference, and the difference of each term between them: [differences, terms]. */
const design = (() => {
  const from: number[] = [];
  const to: number[] = [];
  for (const distance of DISTANCES) {
    for (let cell = 0; cell < COARSE * COARSE; cell++) {
      if ((cell % COARSE) + distance < COARSE) to.push(cell + distance);
      else continue;
      from.push(cell);
    }
    for (let cell = 0; cell + distance * COARSE < COARSE * COARSE; cell++) {
      from.push(cell);
      to.push(cell + distance * COARSE);
    }
  }
  const fields = fieldsOf(COARSE);
  const rows = new Float64Array(from.length * TERMS.length);
  for (let row = 0; row < from.length; row++) {
    for (let term = 0; term < TERMS.length; term++) {
      rows[row * TERMS.length + term] = fields[term]![to[row]!]! - fields[term]![from[row]!]!;
    }
  }
  return { from, to, rows };
})();

/**
 * The light of at least two pictures, `halved`, and the variance of its coefficients as the pictures' own differences from it tell it:
 * for pictures of different scenes.
 */
export function lightOfDifferences(pictures: readonly Float32Array[]): Told {
  const { from, to, rows } = design;
  const seen = pictures.map(picture =>
    Float64Array.from(from, (cell, row) => picture[to[row]!]! - picture[cell]!),
  );
  let coefficients: Float64Array = new Float64Array(TERMS.length);
  let normal!: CholeskyDecomposition;
  // Least squares again and again, where each difference counts less the further it was off.
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const expected = product(rows, coefficients);
    const weights = new Float64Array(from.length);
    const sums = new Float64Array(from.length);
    for (const differences of seen) {
      for (let row = 0; row < from.length; row++) {
        const weight = 1 / Math.hypot(differences[row]! - expected[row]!, SMALL);
        weights[row]! += weight;
        sums[row]! += weight * differences[row]!;
      }
    }
    normal = new CholeskyDecomposition(gram(rows, weights));
    coefficients = solve(normal, transposedProduct(rows, sums));
  }
  return { coefficients, variances: variancesOf(seen, coefficients, normal) };
}

/** Each picture's own pull on the coefficients, squared and summed: the variance whatever the scenes are like. */
function variancesOf(
  seen: readonly Float64Array[],
  coefficients: Float64Array,
  normal: CholeskyDecomposition,
): Float64Array {
  const expected = product(design.rows, coefficients);
  const variances = new Float64Array(TERMS.length);
  for (const differences of seen) {
    const pull = differences.map((value, row) => {
      const off = value - expected[row]!;
      return off / Math.hypot(off, SMALL);
    });
    const moved = solve(normal, transposedProduct(design.rows, pull));
    for (let term = 0; term < TERMS.length; term++) variances[term]! += moved[term]! ** 2;
  }
  const count = seen.length;
  return variances.map(value => (value * count) / (count - 1));
}

function product(rows: Float64Array, vector: Float64Array): Float64Array {
  const width = vector.length;
  const result = new Float64Array(rows.length / width);
  for (let row = 0; row < result.length; row++) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += rows[row * width + i]! * vector[i]!;
    result[row] = sum;
  }
  return result;
}

function transposedProduct(rows: Float64Array, vector: Float64Array): Float64Array {
  const width = rows.length / vector.length;
  const result = new Float64Array(width);
  for (let row = 0; row < vector.length; row++) {
    for (let i = 0; i < width; i++) result[i]! += rows[row * width + i]! * vector[row]!;
  }
  return result;
}

const solve = (equations: CholeskyDecomposition, right: Float64Array): Float64Array =>
  Float64Array.from(equations.solve(Matrix.columnVector(right)).to1DArray());

/** rowsᵀ diag(weights) rows. */
function gram(rows: Float64Array, weights: Float64Array): Matrix {
  const width = rows.length / weights.length;
  const result = new Float64Array(width * width);
  for (let row = 0; row < weights.length; row++) {
    for (let i = 0; i < width; i++) {
      const scaled = rows[row * width + i]! * weights[row]!;
      for (let j = 0; j <= i; j++) result[i * width + j]! += scaled * rows[row * width + j]!;
    }
  }
  return new Matrix(
    Array.from({ length: width }, (_, i) =>
      Array.from({ length: width }, (_, j) => result[Math.max(i, j) * width + Math.min(i, j)]!),
    ),
  );
}
