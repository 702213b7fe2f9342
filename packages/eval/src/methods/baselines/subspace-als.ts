// The subspace prior, w = B a and x = C b: alternating least squares. B and C hold the principal components of the
// training images. (Blind calibration in known subspaces: Li, Lee and Bresler 2016; Ling and Strohmer 2015.)
import { combine, inner, LEAST_NORMAL } from '@blind-demod/arrays';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Baseline } from '../method.js';
import { divideByDistortion } from './divide.js';
import { eachImage, type FactorEstimates, type ObservedImage } from './each-image.js';
import { normalMatrix } from './normal-matrix.js';
import { once } from './once.js';
import { type Basis, trainingSubspaces } from './training-subspace.js';

/**
 * Tuned on 32 training pairs that are not among the images of the subspaces, median PSNR: 30, 40, 60 components of the
 * signal gave 33.2, 34.9, 32.1 dB; ridge 0.05, 0.1, 0.2 gave 33.6, 34.9, 34.3; 4, 8, 15 iterations 33.3, 34.9, 34.4. On 16
 * pairs ridge 10⁻⁴, 0.01, 1, 3 gave at least 6 dB less; 4, 6, 9, 12 components of the distortion were equal. (The subspaces
 * were the first columns of larger ones, which are a little more exact; as it stands it gives 34.5 dB.)
 */
const SETTINGS = {
  trainingImages: 1000,
  signalComponents: 40,
  distortionComponents: 6,
  ridge: 0.1,
  iterations: 8,
  detail: 0.4,
};

export const subspaceAls: Baseline = training => {
  const bases = once(() => trainingSubspaces(training, SETTINGS));
  return {
    name: 'subspace-als',
    title: 'subspaces, alternating least squares',
    settings: SETTINGS,
    recover: async problem =>
      divideByDistortion(
        problem,
        eachImage(problem, image => alternatingLeastSquares(image, bases(), SETTINGS)),
        SETTINGS.detail,
      ),
  };
};

/**
 * Minimises ‖y − (B a) ⊙ (C b)‖² + ridge (‖a‖² + ‖b‖²) over the observed pixels, over a and b in turn; x starts as the
 * first column of C. With columns as long as the training images' coefficients are large, the ridge is a Gaussian prior
 * in units of the variance of a pixel that the model does not explain.
 */
export function alternatingLeastSquares(
  { observation, observed }: ObservedImage,
  { signal: B, distortion: C }: { signal: Basis; distortion: Basis },
  { ridge, iterations }: { ridge: number; iterations: number },
): FactorEstimates {
  const fit = (basis: Basis, other: Float64Array) => {
    const seen = observed ? other.map((value, pixel) => value * observed[pixel]!) : other;
    return combine(basis, leastSquares(basis, seen, observation, ridge));
  };
  let distortion = C[0]!;
  let signal = fit(B, distortion);
  for (let iteration = 0; iteration < iterations; iteration++) {
    distortion = fit(C, signal);
    signal = fit(B, distortion);
  }
  return { signal, distortion };
}

/** The coefficients c that minimise ‖y − weights ⊙ (basis c)‖² + ridge ‖c‖². */
function leastSquares(basis: Basis, weights: Float64Array, y: Float64Array, ridge: number): number[] {
  const columns = basis.map(column => column.map((value, pixel) => value * weights[pixel]!));
  const gram = new Matrix(normalMatrix(columns));
  // Columns that cannot be told apart where there is light must not break the solution.
  const least = 1e-12 * (gram.trace() / basis.length) + LEAST_NORMAL;
  for (let i = 0; i < basis.length; i++) gram.set(i, i, gram.get(i, i) + ridge + least);
  const right = Matrix.columnVector(columns.map(column => inner(column, y)));
  return new CholeskyDecomposition(gram).solve(right).to1DArray();
}
