import { addScaled, float32, inner, randomStream, scaled } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { randomUnit } from '../src/numerics/directions.js';
import { extremeEigenpair } from '../src/numerics/lanczos.js';
import { angleBetweenUnits } from '../src/paper/angles.js';
import { expectedOverlap, expectedProduct } from '../src/paper/gaussian-expectation.js';
import { tooFewRows } from '../src/paper/layer-deviation.js';
import { denseMap, gaussianMap, type LinearMap } from '../src/paper/linear-maps.js';
import { jointCondition, weightDistributionCondition } from '../src/paper/weight-distribution.js';
import { bestScaling, largestDeviation } from '../src/paper/worst-directions.js';

const stream = (...name: (string | number)[]) => randomStream(1, 'test', ...name);
const units = (dimensions: readonly number[], ...name: (string | number)[]) =>
  dimensions.map((n, i) => randomUnit(n, stream('unit', i, ...name)));

function rowsOf(map: LinearMap): Float64Array[] {
  return Array.from({ length: map.rows }, (_, row) => {
    const unit = new Float64Array(map.rows);
    unit[row] = 1;
    return map.applyTransposed(unit);
  });
}

/** ‖S‖ of a symmetric operator, from all of its matrix. */
function spectralNorm(n: number, operator: (u: Float64Array) => Float64Array): number {
  const columns = Array.from({ length: n }, (_, i) => [
    ...operator(Float64Array.from({ length: n }, (_, k) => (k === i ? 1 : 0))),
  ]);
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(columns), { assumeSymmetric: true });
  return Math.max(...realEigenvalues.map(Math.abs));
}

describe('deviations are norms of what the paper writes', () => {
  test('WDC: Σ 1[w·x > 0] 1[w·y > 0] w wᵀ − Q', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 7 }), fc.nat(1000), (n, seed) => {
        const map = gaussianMap(6 * n, n, stream('w', seed));
        const [x, y, guess] = units([n, n, n], seed);
        const norm = spectralNorm(n, u => {
          const sum = scaled(expectedProduct(x!, y!, u), -1);
          for (const w of rowsOf(map))
            if (inner(w, x!) > 0 && inner(w, y!) > 0) addScaled(sum, inner(w, u), w);
          return sum;
        });
        // Lanczos' method takes more steps than there are dimensions, so only rounding is left.
        expect(weightDistributionCondition(map).deviation([x!, y!], 1, guess!).value).toBeCloseTo(norm, 8);
      }),
      { numRuns: 30 },
    );
  });

  test('joint-WDC: ℓ B₊ᵀ diag(C₊m ⊙ C₊y) B₊ − mᵀQy Q', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 2, max: 6 }),
        fc.nat(1000),
        (n, p, seed) => {
          const rows = 5 * (n + p);
          const [b, c] = [gaussianMap(rows, n, stream('b', seed)), gaussianMap(rows, p, stream('c', seed))];
          const [h, x, m, y, guess] = units([n, n, p, p, n], seed);
          const [bRows, cRows] = [rowsOf(b), rowsOf(c)];
          const overlap = expectedOverlap(angleBetweenUnits(m!, y!));
          const norm = spectralNorm(n, u => {
            const sum = scaled(expectedProduct(h!, x!, u), -overlap);
            bRows.forEach((w, i) => {
              const gain = Math.max(inner(cRows[i]!, m!), 0) * Math.max(inner(cRows[i]!, y!), 0);
              if (inner(w, h!) > 0 && inner(w, x!) > 0) addScaled(sum, rows * gain * inner(w, u), w);
            });
            return sum;
          });
          expect(jointCondition(b, c).deviation([h!, x!, m!, y!], 1, guess!).value).toBeCloseTo(norm, 8);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('for Gaussian rows they vanish as ℓ grows: the expectation is right, the constant 1/ℓ included', () => {
    const [n, p, rows] = [2, 3, 200_000];
    const [b, c] = [gaussianMap(rows, n, stream('many b')), gaussianMap(rows, p, stream('many c'))];
    const [h, x, m, y, guess] = units([n, n, p, p, n]);
    // An entry of the sums deviates by a few times 1/√ℓ = 0.0022. The expectations are of the order of 0.1.
    expect(weightDistributionCondition(b).deviation([h!, x!], 1, guess!).value).toBeLessThan(0.01);
    expect(jointCondition(b, c).deviation([h!, x!, m!, y!], 1, guess!).value).toBeLessThan(0.01);
    expect(jointCondition(b, c).deviation([h!, h!, m!, m!], 1, guess!).value).toBeLessThan(0.02);
  });
});

describe('the search', () => {
  test('finds nearly the worst directions that all pairs of a fine grid of the circle contain', () => {
    const at = (angle: number) => Float64Array.of(Math.cos(angle), Math.sin(angle));
    const grid = Array.from({ length: 180 }, (_, i) => at((2 * Math.PI * i) / 180));
    for (const seed of [1, 2, 3]) {
      const condition = weightDistributionCondition(gaussianMap(40, 2, stream('circle', seed)));
      const worst = Math.max(
        ...grid.flatMap((x, i) =>
          grid.slice(0, i + 1).map(y => condition.deviation([x, y], 1, Float64Array.of(1, 0.3)).value),
        ),
      );
      const { epsilon, random } = largestDeviation(
        condition,
        { starts: 24, steps: 60 },
        stream('search', seed),
      );
      // On few rows the deviation is all steps and the search the weakest; neither it nor the grid finds the very top.
      expect(epsilon).toBeGreaterThan(0.85 * worst);
      expect(epsilon).toBeGreaterThan(Math.max(...random));
    }
  });

  test('goes well beyond random directions, for both conditions', () => {
    const [b, c] = [gaussianMap(400, 10, stream('b')), gaussianMap(400, 10, stream('c'))];
    for (const condition of [weightDistributionCondition(b), jointCondition(b, c)]) {
      const { epsilon, random } = largestDeviation(condition, { starts: 6, steps: 30 }, stream('both'));
      expect(epsilon).toBeGreaterThan(1.3 * Math.max(...random));
    }
  });

  test('after the best scaling ε does not depend on the scale of the weights', () => {
    const map = gaussianMap(200, 4, stream('scaled'));
    const tripled = denseMap(200, 4, Float64Array.from(rowsOf(map).flatMap(row => [...scaled(row, 3)])));
    const settings = { starts: 3, steps: 20 };
    const one = bestScaling(weightDistributionCondition(map), settings, stream('best'), 1);
    const other = bestScaling(weightDistributionCondition(tripled), settings, stream('best'), 1 / 9);
    expect(other.epsilon).toBeCloseTo(one.epsilon, 6);
    expect(other.scale * 9).toBeCloseTo(one.scale, 6);
    expect(one.epsilon).toBeLessThan(0.5);
  });
});

test('along the gains of the joint condition, the direction of ascent is the gradient', () => {
  const [b, c] = [gaussianMap(60, 4, stream('gradient b')), gaussianMap(60, 5, stream('gradient c'))];
  const condition = jointCondition(b, c);
  const [h, x, m, y, tangent] = units([4, 4, 5, 5, 5], 'gradient');
  addScaled(tangent!, -inner(tangent!, m!), m!);
  const at = condition.deviation([h!, x!, m!, y!], 1, h!);
  const valueAt = (distance: number) => {
    const moved = Float64Array.from(m!);
    addScaled(moved, distance, tangent!);
    return condition.deviation([h!, x!, scaled(moved, 1 / Math.hypot(...moved)), y!], 1, at.direction).value;
  };
  const [, , byM] = condition.ascentDirections([h!, x!, m!, y!], 1, at, 0.1);
  // So close to m no row changes its side; the eigenvector's own change has no effect to first order.
  expect(inner(byM!, tangent!)).toBeCloseTo((valueAt(1e-6) - valueAt(-1e-6)) / 2e-6, 5);
});

describe('too few rows', () => {
  test('make ε at least ½ at any scale: some direction has fewer active rows than dimensions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.nat(1000),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (n, seed, t) => {
          const rows = 3 * n - 2;
          const map = gaussianMap(rows, n, stream('few', seed));
          expect(tooFewRows(map)).toBe(true);
          // The direction of the proof: orthogonal to the first n − 1 rows.
          const some = new Matrix(
            rowsOf(map)
              .slice(0, n - 1)
              .map(row => [...row]),
          ).transpose();
          const q = new QrDecomposition(Matrix.zeros(n, n).setSubMatrix(some, 0, 0)).orthogonalMatrix;
          const x = Float64Array.from(q.getColumn(n - 1));
          const products = map.apply(x);
          // Rounding decides on the sign of products that are zero: they count as not active.
          const gains = (sign: number) => products.map(value => (sign * value > 1e-9 ? 1 : 0));
          const active = (sign: number) => gains(sign).reduce((a, b) => a + b, 0);
          const sign = active(1) < active(-1) ? 1 : -1;
          expect(active(sign)).toBeLessThan(n);
          const product = map.weighted(gains(sign));
          expect(
            spectralNorm(n, u => {
              const image = scaled(product(u), t);
              addScaled(image, -0.5, u);
              return image;
            }),
          ).toBeGreaterThan(0.5 - 1e-9);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('are fewer than 3n − 1', () => {
    expect(tooFewRows({ rows: 14, columns: 5 })).toBe(false);
    expect(tooFewRows({ rows: 13, columns: 5 })).toBe(true);
  });
});

test("Lanczos' method stays below the norm, and reaches it with as many steps as dimensions", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1000), (n, seed) => {
      const map = gaussianMap(n, n, stream('lanczos', seed));
      const symmetric = (u: Float64Array) => {
        const image = map.apply(u);
        addScaled(image, 1, map.applyTransposed(u));
        return image;
      };
      const norm = spectralNorm(n, symmetric);
      const start = randomUnit(n, stream('start', seed));
      expect(Math.abs(extremeEigenpair(symmetric, start, n).value)).toBeCloseTo(norm, 8);
      expect(Math.abs(extremeEigenpair(symmetric, start, 3).value)).toBeLessThan(norm + 1e-9);
    }),
    { numRuns: 40 },
  );
});

test("Lanczos' method of an operator that is zero finds zero, also where subnormal numbers are taken for zero", async () => {
  const zero = { value: 0, vector: Float64Array.of(1, 0) };
  expect(extremeEigenpair(() => new Float64Array(2), Float64Array.of(1, 0), 2)).toEqual(zero);
  const one = float32([1], Float32Array.of(1));
  const program = await compile((x: Tensor) => tf.relu(x), one, { device: 'cpu' });
  expect(extremeEigenpair(() => new Float64Array(2), Float64Array.of(1, 0), 2)).toEqual(zero);
  await program.dispose();
});
