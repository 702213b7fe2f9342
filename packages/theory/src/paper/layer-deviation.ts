// How far a layer is from the Gaussian expectation at given inputs, as the network meets them.
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

/** What the layer makes of a pair of inputs. This product is what the paper's gradients are made of. */
export function productAt(weights: LinearMap, [x, y]: InputPair): Product {
  const atX = weights.apply(x);
  const gated = relu(weights.apply(y)).map((value, row) => (atX[row]! > 0 ? value : 0));
  return { measured: weights.applyTransposed(gated), expected: expectedProduct(x, y, y) };
}

/**
 * The same of a full matrix of independent N(0, 1/ℓ) entries at inputs with this angle, drawn without the matrix, which
 * would be too large for the wide layers: by rotation, only the angle matters, and only three numbers of the product,
 * its coordinates along x, along the part of y across x, and the length of the rest.
 *
 * Given a row's coordinates (a, b) in the plane of x and y, it adds (w·y)(a, b) in the plane, and the rest of the
 * product is normal with variance Σ (w·y)²/ℓ in each of the other n − 2 directions.
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
 * ‖t·measured − expected‖ / ‖expected‖ of each product, with one t ≥ 0 for all of them, that of least mean: 0 when the
 * layer acts as expected up to a factor, 1 when it might as well be zero.
 */
export function relativeDeviations(products: readonly Product[]): number[] {
  // ‖t·a − e‖² = t²‖a‖² − 2t a·e + ‖e‖², in units of ‖e‖².
  const terms = products.map(({ measured, expected }) => {
    const unit = inner(expected, expected);
    return { square: inner(measured, measured) / unit, mixed: inner(measured, expected) / unit };
  });
  const deviations = (t: number) =>
    terms.map(({ square, mixed }) => Math.sqrt(Math.max(0, t ** 2 * square - 2 * t * mixed + 1)));
  // Beyond this the mean is above 1, its value at t = 0.
  const highest = (2 * terms.length) / sum(terms.map(({ square }) => Math.sqrt(square)));
  return deviations(leastOfConvex(t => sum(deviations(t)), 0, highest));
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The angle of a pair, in [0, π]. */
export const angleOf = ([x, y]: InputPair): number => angleBetweenUnits(x, y);

/**
 * Whether no weights of this shape satisfy the Weight Distribution Condition with any ε < α/2, the value that zero
 * weights reach: ℓ < 3n − 1.
 *
 * Some x ≠ 0 is orthogonal to n − 1 of the rows. Of the other ℓ − n + 1, x or −x is active on half or fewer; if that
 * is less than n, then W_{+,x}ᵀ W_{+,x} has a kernel, on which Q_{x,x} = I/2.
 */
export function tooFewRows({ rows, columns }: Pick<LinearMap, 'rows' | 'columns'>): boolean {
  return rows < 3 * columns - 1;
}
