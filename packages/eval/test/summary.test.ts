import { distribution, randomStream } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { summarise } from '../src/summary.js';
import { summaryTable } from '../src/table.js';

const scores = (psnr: number) => ({ psnr, ssim: psnr / 100, relativeError: 1 / psnr });
const judgement = (observation: number, generator: number, refined: number) => ({
  scores: {
    observation: scores(observation),
    generator: scores(generator),
    refined: scores(refined),
    distortion: scores(30),
  },
  facts: {
    lightLost: 0,
    residual: 0,
    seen: 1,
    dark: 0,
    seenDistortionError: 1 / refined,
    startGap: undefined,
  },
});
const summary = summarise([judgement(20, 18, 40), judgement(22, 25, 36), judgement(24, 25, 24)]);

test('percentiles are interpolated, as NumPy does', () => {
  const { median, percentile10, mean } = distribution([4, 1, 3, 2]);
  expect([median, percentile10, mean]).toEqual([2.5, 1.3, 2.5]);
});

test.each([6, 20, 64, 301])(
  'of samples of %d, 19 in 20 or a few more have the true median in their interval',
  size => {
    const samples = 2000;
    const random = randomStream(1, 'medians', size);
    let covered = 0;
    for (let sample = 0; sample < samples; sample++) {
      const [low, high] = distribution([...random.uniforms(size)]).medianInterval;
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    // Ranks are whole numbers, so few samples have to give more than they promise; 0.015 is three standard errors.
    expect(covered / samples).toBeGreaterThan(0.95 - 0.015);
    expect(covered / samples).toBeLessThan(0.985 + 0.015);
  },
);

test('no numbers have no median', () => {
  expect(() => distribution([])).toThrow(TypeError);
});

test('every estimate has its distribution, and the factor that it estimates', () => {
  expect(summary.observation.psnr).toEqual({
    median: 22,
    medianInterval: [20, 24],
    percentile10: 20.4,
    mean: 22,
  });
  expect(summary.refined.of).toBe('signal');
  expect(summary.distortion.of).toBe('distortion');
  expect(summary.distortion.whereSeen!.median).toBeCloseTo(1 / 36);
  expect(summary.refined).not.toHaveProperty('whereSeen');
});

test('estimates of the signal are compared with the observation, pair by pair; a draw is not better', () => {
  expect(summary.generator.betterThanObservation).toBeCloseTo(2 / 3);
  expect(summary.refined.betterThanObservation).toBeCloseTo(2 / 3);
  expect(summary.observation).not.toHaveProperty('betterThanObservation');
  expect(summary.distortion).not.toHaveProperty('betterThanObservation');
});

test('the table has a row per estimate, in plain characters where asked', () => {
  const table = summaryTable(summary, { ascii: true });
  expect(table).toMatch(/^[\x20-\x7e\n]+$/);
  expect(table).toMatch(/\| observation y +\| +22\.0 dB \| +20\.4 dB \| +0\.220 \| +0\.045 \| +\| +\|/);
  expect(table).toMatch(/\| refined +\|.*\| +67 % \|/);
  expect(table).toMatch(/\| distortion +\|.*\| +0\.033 \| +0\.028 \| +\|/);
  expect(Math.max(...table.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
  expect(summaryTable(summary, { ascii: false })).toContain('│');
});
