// The subspace prior lifted: y is linear in X = a bᵀ, and the nuclear norm stands in for its rank (Ahmed, Recht and
// Romberg 2014, "Blind deconvolution using convex programming").
import { combine, inner, LEAST_NORMAL } from '@blind-demod/arrays';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Baseline } from '../method.js';
import { divideByDistortion } from './divide.js';
import { eachImage, type FactorEstimates, type ObservedImage } from './each-image.js';
import { normalMatrix } from './normal-matrix.js';
import { once } from './once.js';
import { type Basis, trainingSubspaces } from './training-subspace.js';

/**
 * Tuned on 64 training pairs that are not among the images of the subspaces, medians of PSNR of the two halves: penalty
 * 0.3, 0.4, 0.5 gave 29.6 and 26.8, 28.7 and 27.5, 28.7 and 27.8 dB, with ever better worst tenths (20.4 and 13.0 at 0.3, 22.3
 * and 20.7 at 0.5). On the first half 0.03, 0.1, 0.2, 0.7, 1 gave 15.1, 15.9, 25.0, 27.9, 27.6; 40 and 60 signal components at
 * 0.3 gave 28.7 and 27.5; 4 or 6 of the distortion were equal. 300 iterations converge: 1500 give the same.
 */
const SETTINGS = {
  trainingImages: 1000,
  signalComponents: 30,
  distortionComponents: 4,
  penalty: 0.5,
  iterations: 300,
  detail: 0.4,
};

export const liftedNuclearNorm: Baseline = training => {
  const solve = once(() => liftedSolver(trainingSubspaces(training, SETTINGS), SETTINGS));
  return {
    name: 'lifted-nuclear-norm',
    title: 'subspaces, lifted, nuclear norm',
    settings: SETTINGS,
    recover: async problem => divideByDistortion(problem, eachImage(problem, solve()), SETTINGS.detail),
  };
};

/**
 * A solver of ½ ‖𝒜(X) − y‖² + penalty ‖X‖_*, where 𝒜(X)_ℓ = b_ℓᵀ X c_ℓ over the observed pixels ℓ, by FISTA (Beck and
 * Teboulle 2009); the factors are those of the best rank-one X. 𝒜ᵀ𝒜 is made once for all images without missing pixels.
 */
export function liftedSolver(
  { signal: B, distortion: C }: { signal: Basis; distortion: Basis },
  { penalty, iterations }: { penalty: number; iterations: number },
): (image: ObservedImage) => FactorEstimates {
  const products = C.flatMap(c => B.map(b => b.map((value, pixel) => value * c[pixel]!)));
  const complete = normalMatrix(products);
  return ({ observation, observed }) => {
    const normal = observed ? normalMatrix(products, observed) : complete;
    const right = Float64Array.from(products, product => inner(product, observation));
    const lifted = fista(normal, right, { rows: B.length, penalty, iterations });
    const { left, rightVector } = leadingFactors(lifted, B.length);
    return { signal: combine(B, left), distortion: combine(C, rightVector) };
  };
}

/** The minimiser X, by its columns one after another, each of `rows` entries. */
function fista(
  normal: readonly Float64Array[],
  right: Float64Array,
  { rows, penalty, iterations }: { rows: number; penalty: number; iterations: number },
): Float64Array {
  const step = 1 / largestEigenvalue(normal);
  let x: Float64Array = new Float64Array(right.length);
  let [ahead, momentum] = [x, 1];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const moved = ahead.map((value, i) => value - step * (inner(normal[i]!, ahead) - right[i]!));
    const next = shrinkSingularValues(moved, rows, step * penalty);
    const nextMomentum = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const before = x;
    ahead = next.map((value, i) => value + ((momentum - 1) / nextMomentum) * (value - before[i]!));
    [x, momentum] = [next, nextMomentum];
  }
  return x;
}

/** Power iteration. */
function largestEigenvalue(matrix: readonly Float64Array[]): number {
  let vector = new Float64Array(matrix.length).fill(1);
  let value = 0;
  for (let step = 0; step < 100; step++) {
    const product = Float64Array.from(matrix, row => inner(row, vector));
    value = Math.sqrt(inner(product, product) / inner(vector, vector));
    vector = product.map(entry => entry / value);
  }
  return value * 1.01; // a step a little too short is safe, one too long is not
}

/** The eigenvalues of XᵀX, a small matrix as X has few columns, and its eigenvectors: squares of the singular values. */
function gramDecomposition(matrix: Float64Array, rows: number) {
  const columns = Array.from({ length: matrix.length / rows }, (_, j) =>
    matrix.subarray(j * rows, (j + 1) * rows),
  );
  const gram = new Matrix(columns.map(a => columns.map(b => inner(a, b))));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  return { columns, values: realEigenvalues, vectors: eigenvectorMatrix };
}

/** Every singular value less `threshold`, but at least 0: X V diag(max(0, 1 − threshold/σ)) Vᵀ. */
function shrinkSingularValues(matrix: Float64Array, rows: number, threshold: number): Float64Array {
  const { columns, values, vectors } = gramDecomposition(matrix, rows);
  const factors = values.map(square =>
    Math.max(0, 1 - threshold / Math.sqrt(Math.max(square, LEAST_NORMAL))),
  );
  const map = vectors.mmul(Matrix.diag(factors)).mmul(vectors.transpose());
  const shrunk = new Float64Array(matrix.length);
  columns.forEach((_, j) => {
    shrunk.set(combine(columns, map.getColumn(j)), j * rows);
  });
  return shrunk;
}

/** σ₁ u₁ and v₁, of the largest singular value. */
function leadingFactors(matrix: Float64Array, rows: number) {
  const { columns, values, vectors } = gramDecomposition(matrix, rows);
  const rightVector = vectors.getColumn(values.length - 1); // in ascending order
  return { left: combine(columns, rightVector), rightVector };
}
