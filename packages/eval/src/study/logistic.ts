// Logistic regression, by Newton's method.
import { Matrix, solve } from 'ml-matrix';

const STEPS = 50;
/** Of the penalty ½ r ‖w‖², which keeps weights finite where the cases are separable. */
const RIDGE = 0.01;

/** The probability of a row by weights, the first of which is the constant. */
export const probability = (weights: readonly number[], row: readonly number[]): number =>
  1 / (1 + Math.exp(-row.reduce((sum, value, k) => sum + value * weights[k + 1]!, weights[0]!)));

/**
 * The weights of most likelihood.
 *
 * @param rows what tells each case. @param outcomes of each.
 */
export function fitLogistic(rows: readonly (readonly number[])[], outcomes: readonly boolean[]): number[] {
  const design = new Matrix(rows.map(row => [1, ...row]));
  let weights = Array<number>(design.columns).fill(0);
  for (let step = 0; step < STEPS; step++) {
    const chances = rows.map(row => probability(weights, row));
    const errors = Matrix.columnVector(outcomes.map((is, i) => Number(is) - chances[i]!));
    const gradient = design.transpose().mmul(errors).sub(Matrix.columnVector(weights).mul(RIDGE));
    const curvature = design
      .transpose()
      .mmul(design.clone().mulColumnVector(chances.map(chance => chance * (1 - chance))))
      .add(Matrix.eye(design.columns).mul(RIDGE));
    const change = solve(curvature, gradient).to1DArray();
    weights = weights.map((weight, k) => weight + change[k]!);
  }
  return weights;
}
