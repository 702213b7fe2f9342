import {
  combine,
  inner,
  median,
  minus,
  norm,
  quantile,
  randomStream,
  scaled,
  times,
} from '@blind-demod/arrays';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dictionary, leastSquares } from '../src/numerics/least-squares.js';
import { fitPowerLaw } from '../src/numerics/power-law.js';
import { angularError, pairError } from '../src/recovery/errors.js';
import { randomImages, randomPriors, recoverFromRanges } from '../src/recovery/generative-prior.js';
import { recoverSparse } from '../src/recovery/sparsity-prior.js';
import { recoverInSubspaces } from '../src/recovery/subspace-prior.js';

const stream = (...name: (string | number)[]) => randomStream(1, 'priors test', ...name);

function columns(length: number, count: number, ...name: (string | number)[]): Dictionary {
  const random = stream(...name);
  return Array.from({ length: count }, () =>
    Float64Array.from(random.normals(length), v => v / Math.sqrt(length)),
  );
}

describe('least squares', () => {
  test('leave a residual orthogonal to every column', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 6, max: 20 }),
        fc.nat(1000),
        (count, length, seed) => {
          const some = columns(length, count, 'columns', seed);
          const target = Float64Array.from(stream('target', seed).normals(length));
          const residual = minus(target, combine(some, leastSquares(some, target)));
          // The normal equations square the condition number: half of the digits.
          for (const column of some) expect(Math.abs(inner(column, residual))).toBeLessThan(1e-7);
        },
      ),
    );
  });

  test('find the coefficients of a combination, and survive columns of zeros', () => {
    const some = columns(12, 4, 'exact');
    const found = leastSquares(some, combine(some, [1, -2, 3, 0.5]));
    [1, -2, 3, 0.5].forEach((value, i) => expect(found[i]).toBeCloseTo(value, 7));
    const zeros = [new Float64Array(5), new Float64Array(5)];
    expect([...leastSquares(zeros, Float64Array.of(1, 2, 3, 4, 5))].every(Number.isFinite)).toBe(true);
  });
});

describe('the angular error', () => {
  test('is the relative error with the best scale', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0.1, max: 10, noNaN: true }), (seed, factor) => {
        const [truth, estimate] = [0, 1].map(i => Float64Array.from(stream('error', seed, i).normals(9))) as [
          Float64Array,
          Float64Array,
        ];
        const best = inner(truth, estimate) / inner(estimate, estimate);
        const error = norm(minus(truth, scaled(estimate, best))) / norm(truth);
        expect(angularError(truth, estimate)).toBeCloseTo(error, 6);
        expect(angularError(truth, scaled(estimate, factor))).toBeCloseTo(error, 6);
      }),
    );
    expect(angularError(Float64Array.of(1, 2), new Float64Array(2))).toBe(1);
  });
});

describe('with ample measurements', () => {
  test('alternating least squares recover factors in known subspaces', () => {
    const [signal, distortion] = [columns(60, 5, 'B'), columns(60, 4, 'C')];
    const random = stream('subspace');
    for (let trial = 0; trial < 5; trial++) {
      const truth = {
        signal: combine(signal, random.normals(5)),
        distortion: combine(distortion, random.normals(4)),
      };
      const observation = times(truth.signal, truth.distortion);
      const found = recoverInSubspaces(
        observation,
        { signal, distortion },
        { starts: 3, iterations: 200 },
        random,
      );
      expect(found.residual).toBeLessThan(1e-6);
      expect(pairError(truth, found)).toBeLessThan(1e-4);
    }
  });

  test('alternating hard thresholding recovers sparse factors', () => {
    const size = 100;
    const [signal, distortion] = [
      { dictionary: columns(size, size, 'Phi'), sparsity: 3 },
      { dictionary: columns(size, size, 'Psi'), sparsity: 3 },
    ];
    const random = stream('sparse');
    const draw = ({ dictionary, sparsity }: typeof signal) => {
      const chosen = [...random.permutation(size)].slice(0, sparsity);
      return combine(
        chosen.map(index => dictionary[index]!),
        random.normals(sparsity),
      );
    };
    const errors = Array.from({ length: 6 }, () => {
      const truth = { signal: draw(signal), distortion: draw(distortion) };
      return pairError(
        truth,
        recoverSparse(
          times(truth.signal, truth.distortion),
          { signal, distortion },
          { starts: 3, iterations: 100 },
        ),
      );
    });
    // ℓ is 17 times the unknowns, about twice what half of the problems need; a small coefficient may still be missed.
    expect(errors.filter(error => error < 1e-4).length).toBeGreaterThanOrEqual(5);
  });

  test('Algorithm 1 recovers factors in the ranges of random networks, and the scale of their product', async () => {
    const priors = randomPriors([4, 16, 200], 1, 'test');
    const signals = await randomImages(priors.signal, 6, stream('h'), 'cpu');
    const distortions = await randomImages(priors.distortion, 6, stream('m'), 'cpu');
    const observations = signals.map((signal, i) => times(signal, distortions[i]!));
    const solver = { iterations: 1500, restarts: 3, stepSize: 0.25 };
    const found = await recoverFromRanges(priors, [...observations, new Float64Array(200)], {
      solver,
      seed: 1,
      device: 'cpu',
    });
    expect(found).toHaveLength(7);
    const errors = signals.map((signal, i) => pairError({ signal, distortion: distortions[i]! }, found[i]!));
    expect(median(errors)).toBeLessThan(1e-4);
    const product = times(found[0]!.signal, found[0]!.distortion);
    expect(errors[0]! > 1e-4 || norm(minus(product, observations[0]!)) < 1e-4 * norm(observations[0]!)).toBe(
      true,
    );
    // From zeros nothing follows.
    expect(norm(found[6]!.signal)).toBe(0);
  });
});

test('power laws and quantiles', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (exponent, factor) => {
        const law = fitPowerLaw([1, 2, 5, 10].map(x => ({ x, y: factor * x ** exponent })));
        expect(law.exponent).toBeCloseTo(exponent, 8);
        expect(law.factor / factor).toBeCloseTo(1, 8);
      },
    ),
  );
  expect(() => fitPowerLaw([{ x: 1, y: 1 }])).toThrow(TypeError);
  expect(median([3, 1, 2, 10])).toBe(2.5);
  expect(quantile([4, 1, 2, 3, 5], 0.25)).toBe(2);
});
