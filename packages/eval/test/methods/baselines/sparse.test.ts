import { randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { cosineTransform } from '../../../src/methods/baselines/dct.js';
import { branchHull } from '../../../src/methods/baselines/l1-branch-hull.js';
import { alternatingThresholding } from '../../../src/methods/baselines/sparse.js';
import { directionError, mask } from './example.js';

const SHAPE = [1, 16, 16];
const PIXELS = 256;
const { forward, inverse } = cosineTransform(SHAPE);

describe('alternating thresholding', () => {
  const random = randomStream(3, 'sparse');
  const coefficients = new Float64Array(PIXELS);
  for (const place of random.permutation(PIXELS).slice(0, 6)) coefficients[place] = 5 * random.normal();
  const signal = inverse(coefficients);
  // A bright constant and two waves: nowhere dark, so that every pixel says something of the signal.
  const waves = (scale: number) =>
    inverse(
      Float64Array.from({ length: PIXELS }, (_, i) => ({ 0: 16, 1: 6 * scale, 17: -5 * scale })[i] ?? 0),
    );
  const distortion = waves(1);
  const observation = signal.map((w, i) => w * distortion[i]!);
  const settings = { signalCoefficients: 6, distortionCoefficients: 3, iterations: 300 };

  test.each([
    ['complete', undefined],
    ['with missing pixels', mask(PIXELS, 0.8)],
  ])('recovers sparse factors from a near start, %s', (_, observed) => {
    const image = { shape: SHAPE, observation: observation.map((y, i) => y * (observed?.[i] ?? 1)) };
    const found = alternatingThresholding({ ...image, ...(observed && { observed }) }, settings, waves(0.8));
    // Linear convergence, 300 iterations.
    expect(directionError(found.signal, signal)).toBeLessThan(1e-4);
    expect(directionError(found.distortion, distortion)).toBeLessThan(1e-4);
  });

  test('keeps no more coefficients than allowed', () => {
    const found = alternatingThresholding({ shape: SHAPE, observation }, { ...settings, iterations: 2 });
    const used = (image: Float64Array) => forward(image).filter(c => Math.abs(c) > 1e-9).length;
    expect(used(found.signal)).toBe(6);
    expect(used(found.distortion)).toBe(3);
  });
});

describe('ℓ1-BranchHull', () => {
  const wave = (strength: number, place: number) => {
    const coefficients = new Float64Array(PIXELS);
    [coefficients[0], coefficients[place]] = [16, strength];
    return inverse(coefficients);
  };
  const [signal, distortion] = [wave(7, 35), wave(6, 1)];
  const observation = signal.map((w, i) => w * distortion[i]!);
  const found = branchHull({ shape: SHAPE, observation }, { threshold: 0.5, iterations: 3000 });
  const norm = (image: Float64Array) => forward(image).reduce((sum, c) => sum + Math.abs(c), 0);
  const objective = norm(found.signal) + norm(found.distortion);

  test('is feasible', () => {
    observation.forEach((y, i) => {
      expect(found.signal[i]! * found.distortion[i]!).toBeGreaterThanOrEqual(y * (1 - 1e-9));
      expect(found.signal[i]!).toBeGreaterThanOrEqual(0);
    });
  });

  test('is no worse than the balanced truth', () => {
    expect(objective).toBeLessThanOrEqual(2 * Math.sqrt(norm(signal) * norm(distortion)) + 1e-3);
  });

  test('is no worse than feasible points around it', () => {
    const random = randomStream(5, 'perturbations');
    for (let trial = 0; trial < 200; trial++) {
      const size = 10 ** (-3 * random.uniform());
      const direction = new Float64Array(PIXELS);
      direction[random.integer(PIXELS)] = size * random.normal();
      const moved = inverse(direction).map((change, i) => found.signal[i]! + change);
      if (moved.some(value => value <= 0)) continue;
      // The distortion scaled up until the product is large enough everywhere, and both balanced.
      const scale = Math.max(...observation.map((y, i) => y / (moved[i]! * found.distortion[i]!)));
      expect(2 * Math.sqrt(scale * norm(moved) * norm(found.distortion))).toBeGreaterThanOrEqual(
        objective - 1e-3,
      );
    }
  });

  test('comes to the same objective with another threshold', () => {
    const other = branchHull({ shape: SHAPE, observation }, { threshold: 0.1, iterations: 6000 });
    expect(norm(other.signal) + norm(other.distortion)).toBeCloseTo(objective, 2);
  });

  test('has the closed form where the observation is constant', () => {
    // ‖D w‖₁ ≥ Σ w / √n, and Σ w Σ x ≥ (Σ √y)²: with equality for w = x = √y.
    const constant = new Float64Array(PIXELS).fill(0.36);
    const result = branchHull({ shape: SHAPE, observation: constant }, { threshold: 0.5, iterations: 500 });
    for (const value of [...result.signal, ...result.distortion]) expect(value).toBeCloseTo(0.6, 6);
  });
});
