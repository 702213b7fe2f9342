import {
  atBestScale,
  bestScale,
  type Float32NdArray,
  float32,
  MAX_PSNR,
  psnr,
  randomStream,
  relativeError,
} from '@blind-demod/arrays';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ssim } from '../../src/metrics/ssim.js';
import { scoreEstimate } from '../../src/trials/scores.js';

const vector = (...values: number[]) => Float32Array.from(values);
const noise = (size: number, ...name: string[]) => randomStream(3, ...name).uniforms(size);
const grey = (side: number, data: Float32Array) => float32([1, side, side], data);
/** The scores of an estimate of the signal that was observed as it is. */
const scoreAtBestScale = (estimate: Float32NdArray, truth: Float32NdArray) =>
  scoreEstimate('signal', estimate, { signal: truth, distortion: truth }, { observation: truth });
const constant = (side: number, value: number, channels = 1) =>
  float32([channels, side, side], new Float32Array(channels * side * side).fill(value));

describe('best scale', () => {
  test('undoes a change of scale', () => {
    const truth = noise(50, 'truth');
    expect(
      bestScale(
        truth.map(value => value / 4),
        truth,
      ),
    ).toBeCloseTo(4, 5);
    expect(
      relativeError(
        atBestScale(
          truth.map(value => 7 * value),
          truth,
        ),
        truth,
      ),
    ).toBeLessThan(1e-6);
  });

  test('leaves less error than any other scale', () => {
    const [estimate, truth] = [noise(50, 'estimate'), noise(50, 'truth')];
    const best = bestScale(estimate, truth);
    const errorAt = (scale: number) =>
      relativeError(
        estimate.map(value => scale * value),
        truth,
      );
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), scale => {
        expect(errorAt(best)).toBeLessThanOrEqual(errorAt(scale) + 1e-6);
      }),
    );
  });

  test.each([
    ['zero', vector(0, 0)],
    ['not a number', vector(Number.NaN, 1)],
    ['infinite', vector(Number.POSITIVE_INFINITY, 1)],
  ])('of an estimate that is %s is 0, and the estimate black', (_, estimate) => {
    expect(bestScale(estimate, vector(1, 2))).toBe(0);
    expect(atBestScale(estimate, vector(1, 2))).toEqual(vector(0, 0));
  });
});

describe('relative error', () => {
  test('is the distance in units of the truth', () => {
    expect(relativeError(vector(3, 0), vector(3, 4))).toBeCloseTo(0.8);
    expect(relativeError(vector(3, 4), vector(3, 4))).toBe(0);
  });

  test('of a black estimate is 1, and of a black one of black 0', () => {
    expect(relativeError(vector(0, 0), vector(3, 4))).toBe(1);
    expect(relativeError(vector(0, 0), vector(0, 0))).toBe(0);
  });
});

describe('PSNR', () => {
  test('of a difference of 0.1 everywhere is 20 dB', () => {
    expect(psnr(vector(0.1, 0.4), vector(0.2, 0.5))).toBeCloseTo(20, 4);
  });

  test('of equal images is the cap, a finite number', () => {
    expect(psnr(vector(0.1, 0.4), vector(0.1, 0.4))).toBe(MAX_PSNR);
  });
});

describe('SSIM', () => {
  test.each([1, 3])('of constant images (%i channels) has its closed form', channels => {
    // Without variance only the luminance term is left; its constant is (0.01 · 255)².
    const [a, b, c1] = [51, 204, 2.55 ** 2];
    const estimate = constant(16, a / 255, channels);
    const truth = constant(16, b / 255, channels);
    expect(ssim(estimate, truth)).toBeCloseTo((2 * a * b + c1) / (a ** 2 + b ** 2 + c1), 10);
  });

  test('of equal images is 1', () => {
    const image = grey(20, noise(400, 'image'));
    expect(ssim(image, image)).toBe(1);
  });

  test.each([0.02, 0.2, 1])('agrees with the plain formula, noise of %f', amount => {
    const truth = grey(24, noise(576, 'truth'));
    const error = noise(576, 'error');
    const estimate = grey(
      24,
      truth.data.map((value, index) => value + amount * (error[index]! - 0.5)),
    );
    expect(ssim(estimate, truth)).toBeCloseTo(plainSsim(estimate, truth), 8);
  });

  test('clips to [0, 1]', () => {
    const [estimate, truth] = [noise(400, 'estimate'), grey(20, noise(400, 'truth'))];
    const wide = grey(
      20,
      estimate.map(value => 2 * value - 0.5),
    );
    const clipped = grey(
      20,
      wide.data.map(value => Math.min(1, Math.max(0, value))),
    );
    expect(ssim(wide, truth)).toBe(ssim(clipped, truth));
  });

  /** Straight from the paper's equations, window by window, on rounded pixels. */
  function plainSsim(a: Float32NdArray, b: Float32NdArray): number {
    const side = a.shape[1]!;
    const [c1, c2] = [2.55 ** 2, 7.65 ** 2];
    const pixel = ({ data }: Float32NdArray, y: number, x: number) =>
      Math.round(255 * Math.min(1, Math.max(0, data[y * side + x]!)));
    const window: { dy: number; dx: number; weight: number }[] = [];
    for (let dy = 0; dy < 11; dy++) {
      for (let dx = 0; dx < 11; dx++) {
        window.push({ dy, dx, weight: Math.exp(-((dy - 5) ** 2 + (dx - 5) ** 2) / (2 * 1.5 ** 2)) });
      }
    }
    const total = window.reduce((sum, { weight }) => sum + weight, 0);
    const values: number[] = [];
    for (let y = 0; y + 11 <= side; y++) {
      for (let x = 0; x + 11 <= side; x++) {
        const expectation = (f: (p: number, q: number) => number) =>
          window.reduce(
            (sum, { dy, dx, weight }) => sum + weight * f(pixel(a, y + dy, x + dx), pixel(b, y + dy, x + dx)),
            0,
          ) / total;
        const [ma, mb] = [expectation(p => p), expectation((_, q) => q)];
        const va = expectation(p => (p - ma) ** 2);
        const vb = expectation((_, q) => (q - mb) ** 2);
        const cov = expectation((p, q) => (p - ma) * (q - mb));
        values.push(((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2)));
      }
    }
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
});

test('scores do not depend on the scale of the estimate', () => {
  const truth = grey(16, noise(256, 'truth'));
  const estimate = noise(256, 'estimate');
  const scores = scoreAtBestScale(grey(16, estimate), truth);
  const doubled = grey(
    16,
    estimate.map(value => 2 * value),
  );
  expect(scoreAtBestScale(doubled, truth)).toEqual(scores);
});

test('an estimate that is not a number scores as a black one', () => {
  const truth = grey(16, noise(256, 'truth'));
  expect(scoreAtBestScale(constant(16, Number.NaN), truth)).toEqual(scoreAtBestScale(constant(16, 0), truth));
});

describe('the share within the intervals', () => {
  const truth = grey(40, noise(1600, 'within'));
  const normals = randomStream(3, 'errors').normals(1600);
  const estimate = grey(
    40,
    truth.data.map((value, i) => 0.5 * (value + 0.05 * normals[i]!)),
  );
  const shareAt = (size: number) =>
    scoreEstimate(
      'signal',
      estimate,
      { signal: truth, distortion: truth },
      { observation: truth, deviation: constant(40, size) },
    ).within;

  test('is nine in ten where deviations are those of normal errors, whatever the scale', () => {
    // Half the scale, half the deviation. Of 1600 draws the share is within 2.3 % of 90 % in all but one of a thousand.
    expect(Math.abs(shareAt(0.025)! - 0.9)).toBeLessThan(0.023);
  });

  test('is less where they are too small, more where they are too large, and not told without them', () => {
    expect(shareAt(0.0125)!).toBeLessThan(0.7);
    expect(shareAt(0.1)!).toBeGreaterThan(0.99);
    expect(scoreAtBestScale(estimate, truth).within).toBeUndefined();
  });
});
