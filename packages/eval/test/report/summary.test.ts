import { distribution, randomStream } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { summaryTable } from '../../src/report/evaluation-table.js';
import { summariseEvaluation, summariseSolver } from '../../src/report/summary.js';

const scores = (psnr: number, observation: number) => ({
  psnr,
  ssim: psnr / 100,
  relativeError: 1 / psnr,
  better: psnr > observation,
});
const judgement = (observation: number, generator: number, refined: number) => ({
  scores: {
    observation: scores(observation, observation),
    generator: scores(generator, observation),
    refined: scores(refined, observation),
    distortion: { psnr: 30, ssim: 0.3, relativeError: 1 / 30, whereSeen: 1 / refined },
  },
});
const summary = summariseEvaluation([judgement(20, 18, 40), judgement(22, 25, 36), judgement(24, 25, 24)]);
const paper = summariseSolver([judgement(20, 15, 30).scores, judgement(22, 17, 31).scores]);

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

test('the table has a row per estimate of each solver, in plain characters where asked', () => {
  const table = summaryTable({ estimates: summary, paper }, { ascii: true });
  expect(table).toMatch(/^[\x20-\x7e\n]+$/);
  expect(table).toMatch(/\| +\| observation y +\| +22\.0 dB \| +20\.4 dB \| +0\.220 \| +0\.045 \| +\| +\|/);
  expect(table).toMatch(/\| this +\| refined +\|.*\| +67 % \|/);
  expect(table).toMatch(/\| this +\| distortion +\|.*\| +0\.033 \| +0\.028 \| +\|/);
  expect(table).toMatch(/\| paper +\| generator G1\(h\) \| +16\.0 dB \|/);
  const order = [...table.matchAll(/^\| (.{6}) \| (\S+)/gm)]
    .slice(1)
    .map(([, solver, of]) => `${solver} ${of}`);
  expect(order.map(row => row.trim().replace(/ +/, ' '))).toEqual([
    'observation',
    ...['paper generator', 'paper refined', 'paper distortion'],
    ...['this generator', 'this refined', 'this distortion'],
  ]);
  expect(Math.max(...table.split('\n').map(line => line.length))).toBeLessThanOrEqual(100);
  expect(summaryTable({ estimates: summary, paper }, { ascii: false })).toContain('│');
});

test('where the experiment’s own solver is the paper’s, the table has it once', () => {
  const table = summaryTable({ estimates: summary }, { ascii: true });
  expect(table.match(/\| paper +\| refined /g)).toHaveLength(1);
  expect(table).not.toContain('| this ');
});
