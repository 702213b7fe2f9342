import { addScaled, inner, norm, randomStream, scaled } from '@blind-demod/arrays';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { randomUnit } from '../src/numerics/directions.js';
import { angleBetweenUnits } from '../src/paper/angles.js';
import {
  expectedFormGradient,
  expectedOverlap,
  expectedOverlapGradient,
  expectedProduct,
} from '../src/paper/gaussian-expectation.js';

const unit = (dimension: number, ...name: (string | number)[]) =>
  randomUnit(dimension, randomStream(1, 'test', ...name));

/** Q_{x,y} as the paper writes it, by the matrix M that takes x to y, y to x, and what is orthogonal to both to 0. */
function paperQ(x: Float64Array, y: Float64Array): Matrix {
  const n = x.length;
  const angle = Math.acos(inner(x, y));
  // M = [y x] [x y]⁺: the pseudo-inverse sends x and y to the unit vectors and the complement to 0.
  const [from, to] = [new Matrix([[...x], [...y]]).transpose(), new Matrix([[...y], [...x]]).transpose()];
  const gram = from.transpose().mmul(from);
  const determinant = gram.get(0, 0) * gram.get(1, 1) - gram.get(0, 1) ** 2;
  const inverse = new Matrix([
    [gram.get(1, 1), -gram.get(0, 1)],
    [-gram.get(0, 1), gram.get(0, 0)],
  ]).div(determinant);
  const exchange = to.mmul(inverse).mmul(from.transpose());
  return Matrix.eye(n)
    .mul((Math.PI - angle) / (2 * Math.PI))
    .add(exchange.mul(Math.sin(angle) / (2 * Math.PI)));
}

describe('Q_{x,y}', () => {
  test('is the formula of the paper, written out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(1000), (n, seed) => {
        const [x, y, u] = [unit(n, seed, 'x'), unit(n, seed, 'y'), unit(n, seed, 'u')];
        const expected = paperQ(x, y)
          .mmul(Matrix.columnVector([...u]))
          .to1DArray();
        // The pseudo-inverse loses digits where x and y nearly coincide.
        expectedProduct(x, y, u).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 8));
      }),
      { numRuns: 50 },
    );
  });

  test('is I/2 at x = y, 0 at x = −y, and ¼ I and the exchange over 2π at right angles', () => {
    const [x, u] = [unit(5, 'x'), unit(5, 'u')];
    expectedProduct(x, x, u).forEach((value, i) => expect(value).toBeCloseTo(u[i]! / 2, 12));
    expectedProduct(x, scaled(x, -1), u).forEach(value => expect(value).toBeCloseTo(0, 12));
    const [e1, e2] = [Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 0)];
    const product = expectedProduct(e1, e2, Float64Array.of(3, 5, 7));
    [3 / 4 + 5 / (2 * Math.PI), 5 / 4 + 3 / (2 * Math.PI), 7 / 4].forEach((value, i) =>
      expect(product[i]).toBeCloseTo(value, 12),
    );
  });

  test('is the mean of 1[w·x > 0] 1[w·y > 0] w wᵀ over normal w', () => {
    const [x, y, u] = [unit(3, 'x'), unit(3, 'y'), unit(3, 'u')];
    const random = randomStream(1, 'Monte Carlo');
    const draws = 200_000;
    const mean = new Float64Array(3);
    for (let draw = 0; draw < draws; draw++) {
      const w = Float64Array.from({ length: 3 }, () => random.normal());
      if (inner(w, x) > 0 && inner(w, y) > 0) addScaled(mean, inner(w, u) / draws, w);
    }
    // An entry has a deviation of less than 2; over 200,000 draws that is 0.0045, and three of them 0.013.
    const expected = expectedProduct(x, y, u);
    mean.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(0.013));
  });

  test('its form has the gradient that differences show', () => {
    fc.assert(
      fc.property(fc.nat(1000), seed => {
        const [x, y, u] = [unit(4, seed, 'x'), unit(4, seed, 'y'), unit(4, seed, 'u')];
        fc.pre(Math.abs(inner(x, y)) < 0.95); // kinks at 0 and π
        const tangent = unit(4, seed, 't');
        addScaled(tangent, -inner(tangent, x), x);
        const at = (distance: number) => {
          const moved = Float64Array.from(x);
          addScaled(moved, distance, tangent);
          return inner(u, expectedProduct(scaled(moved, 1 / norm(moved)), y, u));
        };
        const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
        expect(inner(expectedFormGradient(x, y, u), tangent)).toBeCloseTo(slope, 6);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the overlap mᵀ Q_{m,y} y', () => {
  test('is that form of Q, and has the gradient that differences show', () => {
    fc.assert(
      fc.property(fc.nat(1000), seed => {
        const [m, y] = [unit(4, seed, 'm'), unit(4, seed, 'y')];
        expect(expectedOverlap(angleBetweenUnits(m, y))).toBeCloseTo(inner(m, expectedProduct(m, y, y)), 10);
        const tangent = unit(4, seed, 't');
        addScaled(tangent, -inner(tangent, m), m);
        const at = (distance: number) => {
          const moved = Float64Array.from(m);
          addScaled(moved, distance, tangent);
          return expectedOverlap(angleBetweenUnits(scaled(moved, 1 / norm(moved)), y));
        };
        const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
        expect(inner(expectedOverlapGradient(m, y), tangent)).toBeCloseTo(slope, 6);
      }),
      { numRuns: 30 },
    );
  });

  test('is ½ at m = y and 1/2π at right angles', () => {
    expect(expectedOverlap(0)).toBeCloseTo(0.5, 12);
    expect(expectedOverlap(Math.PI / 2)).toBeCloseTo(1 / (2 * Math.PI), 12);
    expect(expectedOverlap(Math.PI)).toBeCloseTo(0, 12);
  });
});

test('small angles keep their digits', () => {
  const x = Float64Array.of(1, 0);
  const y = Float64Array.of(Math.cos(1e-9), Math.sin(1e-9));
  expect(angleBetweenUnits(x, y) / 1e-9).toBeCloseTo(1, 6);
});
