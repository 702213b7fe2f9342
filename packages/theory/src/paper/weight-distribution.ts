// The Weight Distribution Condition and the joint one. Both say of all directions that two matrices are close: A of the
// weights, and its expectation E for Gaussian weights.
import { addScaled, inner, minus, norm, scaled, times } from '@blind-demod/arrays';
import { extremeEigenpair } from '../numerics/lanczos.js';
import { angleBetweenUnits } from './angles.js';
import {
  expectedFormGradient,
  expectedOverlap,
  expectedOverlapGradient,
  expectedProduct,
} from './gaussian-expectation.js';
import type { LinearMap } from './linear-maps.js';
import { relu } from './networks.js';

/** ‖t·A − E‖ at some directions: how far a condition is from holding there with ε = 0. */
export interface Deviation {
  /** |t·measured − expected|; never above the norm, and equal to it up to the accuracy of Lanczos' method. */
  readonly value: number;
  /** The unit vector u in which the norm is attained. */
  readonly direction: Float64Array;
  /** uᵀAu, of the weights as they are. */
  readonly measured: number;
  /** uᵀEu. */
  readonly expected: number;
}

/** A statement "for all directions ‖t·A − E‖ ≤ ε" that can be examined direction by direction. */
export interface Condition {
  /** The dimensions of the unit vectors in question. */
  readonly dimensions: readonly number[];
  /** Vectors along the i-th longest rows of the weights, from 0: a row answers most strongly to its own direction. */
  alongRow(index: number): Float64Array[];
  /** @param scale t. @param guess a first guess of the direction in which the norm is attained. */
  deviation(vectors: readonly Float64Array[], scale: number, guess: Float64Array): Deviation;
  /**
   * For each vector, a direction in which the deviation rises. A depends on most vectors through indicators alone,
   * which have no derivative. They are smoothed over the width that a rotation by `width` radians can reach.
   */
  ascentDirections(
    vectors: readonly Float64Array[],
    scale: number,
    at: Deviation,
    width: number,
  ): Float64Array[];
}

/** Steps of Lanczos' method: enough for two digits from a good guess. */
const LANCZOS_STEPS = 12;

/**
 * WDC: ‖t Σ_i 1[w_i·x > 0] 1[w_i·y > 0] w_i w_iᵀ − Q_{x,y}‖ ≤ ε for all x, y. It is the paper's condition with α = 1
 * on the weights √t W. The vectors are (x, y).
 */
export function weightDistributionCondition(weights: LinearMap): Condition {
  const rows = longestRows([weights]);
  return {
    dimensions: [weights.columns, weights.columns],
    alongRow: index => {
      const [row] = rows(index);
      return [row!, row!];
    },
    deviation: ([x, y], scale, guess) => {
      const active = both(weights.apply(x!), weights.apply(y!));
      return deviation(guess, scale, {
        measured: weights.weighted(active),
        expected: u => expectedProduct(x!, y!, u),
      });
    },
    ascentDirections: ([x, y], scale, { direction, measured, expected }, width) => {
      const sign = Math.sign(scale * measured - expected);
      const squares = squared(weights.apply(direction));
      return [
        [x!, y!],
        [y!, x!],
      ].map(([own, other]) => {
        const ownProducts = weights.apply(own!);
        const density = times(times(edge(ownProducts, width), squares), step(weights.apply(other!)));
        return minus(
          scaled(weights.applyTransposed(density), sign * scale),
          scaled(expectedFormGradient(own!, other!, direction), sign),
        );
      });
    },
  };
}

/**
 * joint-WDC, equation 6: ‖t ℓ B_{+,h}ᵀ diag(C_{+,m} m ⊙ C_{+,y} y) B_{+,x} − (mᵀ Q_{m,y} y) Q_{h,x}‖ ≤ ε for all unit
 * vectors (h, x, m, y). It is the paper's condition with α = 1, multiplied by ℓ. Equation 7 is the same with B and C
 * exchanged.
 */
export function jointCondition(signalWeights: LinearMap, distortionWeights: LinearMap): Condition {
  const [b, c] = [signalWeights, distortionWeights];
  const rows = longestRows([b, c]);
  return {
    dimensions: [b.columns, b.columns, c.columns, c.columns],
    alongRow: index => {
      const [ofB, ofC] = rows(index);
      return [ofB!, ofB!, ofC!, ofC!];
    },
    deviation: ([h, x, m, y], scale, guess) => {
      const gains = scaled(times(relu(c.apply(m!)), relu(c.apply(y!))), b.rows);
      const active = times(both(b.apply(h!), b.apply(x!)), gains);
      const overlap = expectedOverlap(angleBetweenUnits(m!, y!));
      return deviation(guess, scale, {
        measured: b.weighted(active),
        expected: u => scaled(expectedProduct(h!, x!, u), overlap),
      });
    },
    ascentDirections: ([h, x, m, y], scale, { direction, measured, expected }, width) => {
      const sign = Math.sign(scale * measured - expected);
      const products = [b.apply(h!), b.apply(x!), c.apply(m!), c.apply(y!)] as const;
      const squares = scaled(squared(b.apply(direction)), b.rows);
      const gains = times(relu(products[2]), relu(products[3]));
      const angle = angleBetweenUnits(m!, y!);
      const form = inner(direction, expectedProduct(h!, x!, direction));
      const ofGate = (own: Float64Array, other: Float64Array, ownAt: 0 | 1) => {
        const density = times(edge(products[ownAt], width), step(products[ownAt === 0 ? 1 : 0]));
        return minus(
          scaled(b.applyTransposed(times(times(density, gains), squares)), sign * scale),
          scaled(expectedFormGradient(own, other, direction), sign * expectedOverlap(angle)),
        );
      };
      const active = times(both(products[0], products[1]), squares);
      const ofGain = (own: Float64Array, other: Float64Array, ownAt: 2 | 3) => {
        const slope = times(step(products[ownAt]), relu(products[ownAt === 2 ? 3 : 2]));
        return minus(
          scaled(c.applyTransposed(times(slope, active)), sign * scale),
          scaled(expectedOverlapGradient(own, other), sign * form),
        );
      };
      return [ofGate(h!, x!, 0), ofGate(x!, h!, 1), ofGain(m!, y!, 2), ofGain(y!, m!, 3)];
    },
  };
}

type Product = (u: Float64Array) => Float64Array;

function deviation(
  guess: Float64Array,
  scale: number,
  { measured, expected }: { measured: Product; expected: Product },
): Deviation {
  const { vector } = extremeEigenpair(
    u => minus(scaled(measured(u), scale), expected(u)),
    guess,
    LANCZOS_STEPS,
  );
  const forms = { measured: inner(vector, measured(vector)), expected: inner(vector, expected(vector)) };
  return { value: Math.abs(scale * forms.measured - forms.expected), direction: vector, ...forms };
}

/** For maps of equally many rows: the i-th row of each as a unit vector, in the order of the products of their norms. */
function longestRows(maps: readonly LinearMap[]): (index: number) => Float64Array[] {
  let order: number[] | undefined;
  return index => {
    order ??= descending(maps.map(rowNorms).reduce(times));
    return maps.map(map => {
      const unit = new Float64Array(map.rows);
      unit[order![index % map.rows]!] = 1;
      const row = map.applyTransposed(unit);
      return scaled(row, 1 / norm(row));
    });
  };
}

/** ‖w_i‖² of every row. */
function rowNorms(map: LinearMap): Float64Array {
  const sums = new Float64Array(map.rows);
  const unit = new Float64Array(map.columns);
  for (let column = 0; column < map.columns; column++) {
    unit.fill(0);
    unit[column] = 1;
    addScaled(sums, 1, squared(map.apply(unit)));
  }
  return sums;
}

const descending = (values: Float64Array): number[] =>
  [...values.keys()].sort((a, b) => values[b]! - values[a]!);

const step = (values: Float64Array): Float64Array => values.map(value => (value > 0 ? 1 : 0));
const squared = (values: Float64Array): Float64Array => values.map(value => value ** 2);
const both = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((value, i) => (value > 0 && b[i]! > 0 ? 1 : 0));

/** The derivative of the indicator of positive values, smoothed: a Gaussian of `width` times their root mean square. */
function edge(values: Float64Array, width: number): Float64Array {
  const deviation = width * Math.sqrt(inner(values, values) / values.length);
  if (deviation === 0) return new Float64Array(values.length);
  const height = 1 / (Math.sqrt(2 * Math.PI) * deviation);
  return values.map(value => height * Math.exp(-0.5 * (value / deviation) ** 2));
}
