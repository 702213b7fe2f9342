// How far a layer is from the Gaussian expectation at given inputs.
import { inner, type RandomStream } from '@blind-demod/arrays';
import { leastOfConvex } from '../numerics/golden-section.js';
import { angleBetweenUnits } from './angles.js';
import { expectedProduct } from './gaussian-expectation.js';
import type { LinearMap } from './linear-maps.js';
import { relu } from './networks.js';

/** Two inputs of a layer, of unit length. */
export type InputPair = readonly [x: Float64Array, y: Float64Array];

/** W_{+,x}ᵀ W_{+,y} y of a layer, and Q_{x,y} y, which it should be. */
export interface Product {
  readonly measured: Float64Array;
  readonly expected: Float64Array;
}

/** The product at a pair of inputs. The paper's gradients consist of such products. */
export function productAt(weights: LinearMap, [x, y]: InputPair): Product {
  const atX = weights.apply(x);
  const gated = relu(weights.apply(y)).map((value, row) => (atX[row]! > 0 ? value : 0));
  return { measured: weights.applyTransposed(gated), expected: expectedProduct(x, y, y) };
}

/**
 * The same for a full matrix of independent N(0, 1/ℓ) entries, at inputs with this angle. The matrix of a wide layer
 * would be too large, so the product is drawn without it. Such a matrix has no preferred direction, so only the angle
 * matters, and three numbers say all of the product: its part along x, its part along the rest of y, and the length of
 * what is left.
 *
 * A row with the coordinates (a, b) in the plane of x and y adds (w·y)(a, b) there. What is left is normal in each of
 * the other n − 2 directions, with variance Σ (w·y)²/ℓ.
 */
export function gaussianProduct(
  angle: number,
  { rows, columns }: Pick<LinearMap, 'rows' | 'columns'>,
  random: RandomStream,
): Product {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const deviation = 1 / Math.sqrt(rows);
  let [alongX, across, squares] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [a, b] = [deviation * random.normal(), deviation * random.normal()];
    const output = cosine * a + sine * b;
    if (a <= 0 || output <= 0) continue;
    alongX += output * a;
    across += output * b;
    squares += output ** 2;
  }
  let rest = 0;
  for (let direction = 2; direction < columns; direction++) rest += random.normal() ** 2;
  const [x, y] = [Float64Array.of(1, 0), Float64Array.of(cosine, sine)];
  return {
    measured: Float64Array.of(alongX, across, deviation * Math.sqrt(squares * rest)),
    expected: Float64Array.of(...expectedProduct(x, y, y), 0),
  };
}

/**
 * ‖t·measured − expected‖ / ‖expected‖ of each product, with one t ≥ 0 for all of them, the t at which their mean is
 * least. 0: the layer acts as expected, up to a factor. 1: it might as well be zero.
 */
export function relativeDeviations(products: readonly Product[]): number[] {
  // ‖t·a − e‖² = t²‖a‖² − 2t a·e + ‖e‖², in units of ‖e‖².
  const terms = products.map(({ measured, expected }) => {
    const unit = inner(expected, expected);
    return { square: inner(measured, measured) / unit, mixed: inner(measured, expected) / unit };
  });
  const deviations = (t: number) =>
    terms.map(({ square, mixed }) => Math.sqrt(Math.max(0, t ** 2 * square - 2 * t * mixed + 1)));
  // At larger t the mean is above 1, its value at t = 0.
  const highest = (2 * terms.length) / sum(terms.map(({ square }) => Math.sqrt(square)));
  return deviations(leastOfConvex(t => sum(deviations(t)), 0, highest));
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The angle of a pair, in [0, π]. */
export const angleOf = ([x, y]: InputPair): number => angleBetweenUnits(x, y);

/**
 * Whether a layer has so few rows, ℓ < 3n − 1, that no weights of its shape do better than zeros: none satisfy the
 * Weight Distribution Condition with an ε below α/2.
 *
 * Some x ≠ 0 is orthogonal to n − 1 of the rows. Of the other ℓ − n + 1, x or −x is active on half or fewer. If that
 * is less than n, then W_{+,x}ᵀ W_{+,x} has a kernel, on which Q_{x,x} = I/2.
 */
export function tooFewRows({ rows, columns }: Pick<LinearMap, 'rows' | 'columns'>): boolean {
  return rows < 3 * columns - 1;
}
