// Layers as linear maps. The conditions on a weight matrix need no more of it than products with it and its transpose.
import { inner, type RandomStream, times } from '@blind-demod/arrays';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { multiply, multiplyTransposed } from './weight-matrix.js';

/** A weight matrix W, [rows, columns], by what it does. */
export interface LinearMap {
  /** ℓ: the outputs, one row w_i each. */
  readonly rows: number;
  /** n: the inputs. */
  readonly columns: number;
  /** ‖W‖_F², the sum of its squared entries. */
  readonly squaredNorm: number;
  /** W u, [rows], of u [columns]. */
  apply(u: Float64Array): Float64Array;
  /** Wᵀ v, [columns], of v [rows]. */
  applyTransposed(v: Float64Array): Float64Array;
  /** The operator u ↦ Wᵀ diag(gains) W u = Σ_i gains_i (w_i·u) w_i, made to be applied several times. */
  weighted(gains: Float64Array): (u: Float64Array) => Float64Array;
}

/** A matrix by its entries, row after row. @throws TypeError if there are not rows × columns of them. */
export function denseMap(rows: number, columns: number, entries: Float64Array): LinearMap {
  if (entries.length !== rows * columns) {
    throw new TypeError(`expected ${rows} × ${columns} entries, got ${entries.length}`);
  }
  const matrix = { rows, columns, data: entries };
  const map = {
    rows,
    columns,
    squaredNorm: inner(entries, entries),
    apply: (u: Float64Array) => multiply(matrix, u),
    applyTransposed: (v: Float64Array) => multiplyTransposed(matrix, v),
  };
  return {
    ...map,
    weighted: gains => {
      if (columns > SMALL) return weightedProducts(map, gains);
      const gram = { rows: columns, columns, data: weightedGram(entries, columns, gains) };
      return u => multiply(gram, u);
    },
  };
}

/** Up to so many columns it is faster to compute the matrix Wᵀ diag(gains) W once. */
const SMALL = 64;

/** Wᵀ diag(gains) W, [columns, columns]. */
function weightedGram(entries: Float64Array, columns: number, gains: Float64Array): Float64Array {
  const square = new Float64Array(columns ** 2);
  for (let row = 0; row < gains.length; row++) {
    // A rectifier switches many rows off.
    if (gains[row] === 0) continue;
    const at = row * columns;
    for (let a = 0; a < columns; a++) {
      const factor = gains[row]! * entries[at + a]!;
      for (let b = 0; b <= a; b++) square[a * columns + b]! += factor * entries[at + b]!;
    }
  }
  for (let a = 0; a < columns; a++)
    for (let b = 0; b < a; b++) square[b * columns + a] = square[a * columns + b]!;
  return square;
}

/** The operator of a map that is applied row by row, without any matrix. */
export function weightedProducts(
  { apply, applyTransposed }: Pick<LinearMap, 'apply' | 'applyTransposed'>,
  gains: Float64Array,
): (u: Float64Array) => Float64Array {
  return u => applyTransposed(times(gains, apply(u)));
}

/** Independent normal entries of variance 1/ℓ, the matrices for which the paper's expectations are computed. */
export function gaussianMap(rows: number, columns: number, random: RandomStream): LinearMap {
  const deviation = 1 / Math.sqrt(rows);
  const entries = Float64Array.from({ length: rows * columns }, () => deviation * random.normal());
  return denseMap(rows, columns, entries);
}

/** W (WᵀW)^(−1/2): its columns are orthonormal, so that no direction of the inputs stands out. */
export function whitened(map: LinearMap): LinearMap {
  const columns = Array.from({ length: map.columns }, (_, column) => {
    const unit = new Float64Array(map.columns);
    unit[column] = 1;
    return map.apply(unit);
  });
  const weights = new Matrix(columns).transpose();
  const gram = weights.transpose().mmul(weights);
  const { realEigenvalues, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const root = vectors
    .mmul(Matrix.diag(realEigenvalues.map(value => 1 / Math.sqrt(value))))
    .mmul(vectors.transpose());
  return denseMap(map.rows, map.columns, Float64Array.from(weights.mmul(root).to1DArray()));
}
