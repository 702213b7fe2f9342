import { describe, expect, test } from 'vitest';
import { phaseTransition } from '../src/studies/phase-transition.js';
import { robustness } from '../src/studies/robustness.js';
import { weightDistribution } from '../src/studies/weight-distribution.js';

const context = { device: 'cpu', root: '.', progress: () => {} } as const;
const isPng = (bytes: Uint8Array | undefined) =>
  bytes?.[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;

describe('weight-distribution', () => {
  test('ε falls about as sqrt(n/ℓ), twice the same', async () => {
    const settings = weightDistribution.schema.parse({
      dimensions: [6],
      expansivities: [8, 16, 64, 256],
      draws: 2,
      starts: 3,
      steps: 12,
    });
    const { result, pictures } = await weightDistribution.run(settings, context);
    const { measurements, laws } = result as {
      measurements: { condition: string; outputs: number; epsilon: number; typical: number }[];
      laws: { condition: string; large: { exponent: number } }[];
    };
    const wdc = measurements.filter(({ condition }) => condition === 'WDC');
    for (const { outputs, epsilon, typical } of wdc) {
      // The shape of the law leaves the constant open; seen over all sizes, it is between 1.5 and 3.
      expect(epsilon / Math.sqrt(6 / outputs)).toBeGreaterThan(1);
      expect(epsilon / Math.sqrt(6 / outputs)).toBeLessThan(4);
      expect(epsilon).toBeGreaterThan(typical);
    }
    // A slope over a factor 4 in ℓ, from two draws that spread by a fifth or so: ±0.2.
    expect(laws.find(({ condition }) => condition === 'WDC')!.large.exponent).toBeLessThan(-0.25);
    expect(laws.find(({ condition }) => condition === 'WDC')!.large.exponent).toBeGreaterThan(-0.75);
    expect(isPng(pictures['weight-distribution'])).toBe(true);
    expect((await weightDistribution.run(settings, context)).result).toEqual(result);
  });
});

describe('phase-transition', () => {
  test('counts successes, finds where half succeed, and gives the same twice', async () => {
    const settings = phaseTransition.schema.parse({
      dimensions: [2, 3, 4],
      measurements: [4, 16, 128],
      trials: 4,
      starts: 2,
      iterations: 600,
    });
    const { result, findings, pictures } = await phaseTransition.run(settings, context);
    const { cells, thresholds } = result as {
      cells: { prior: string; dimension: number; measurements: number; success: number }[];
      thresholds: { prior: string; dimension: number; measurements: number }[];
    };
    expect(cells).toHaveLength(27);
    // Fewer measurements than unknowns, less one for the scale, determine nothing.
    for (const { dimension, measurements, success } of cells) {
      if (measurements < 2 * dimension - 1) expect(success).toBe(0);
    }
    // The linear problem is solved from a little above as many measurements as unknowns on.
    expect(
      cells
        .filter(({ prior, measurements }) => prior === 'subspace' && measurements === 128)
        .map(cell => cell.success),
    ).toEqual([1, 1, 1]);
    for (const { measurements } of thresholds) {
      expect(measurements).toBeGreaterThan(4);
      expect(measurements).toBeLessThan(128);
    }
    expect(findings).toHaveLength(4);
    expect(isPng(pictures['phase-transition'])).toBe(true);
    expect((await phaseTransition.run(settings, context)).result).toEqual(result);
  });
});

describe('robustness', () => {
  test('the error is proportional to the noise, by the factor of least squares in the tangent space', async () => {
    const settings = robustness.schema.parse({
      dimension: 4,
      hidden: 16,
      measurements: 160,
      noise: [0, 0.01, 0.1],
      trials: 20,
      iterations: 1000,
    });
    const { result, pictures } = await robustness.run(settings, context);
    const { levels, laws, predicted } = result as {
      levels: { quantity: string; noise: number; median: number }[];
      laws: { quantity: string; exponent: number }[];
      predicted: number;
    };
    expect(predicted).toBeCloseTo(Math.sqrt(7 / 160), 12);
    const product = levels.filter(({ quantity }) => quantity.startsWith('product'));
    // Without noise, float32 alone is left.
    expect(product[0]!.median).toBeLessThan(1e-4);
    // A χ distribution of 7 degrees of freedom spreads by a quarter, so the median of 20 by 0.07; four times that.
    for (const level of product.slice(1))
      expect(Math.abs(level.median / (predicted * level.noise) - 1)).toBeLessThan(0.3);
    // Two medians with those deviations, a factor 10 apart.
    for (const { exponent } of laws) expect(Math.abs(exponent - 1)).toBeLessThan(0.2);
    expect(isPng(pictures.robustness)).toBe(true);
  });
});
