// The table of metrics, and what is made from it.
import { FACTORS } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { METRICS, metricsOf, statisticOf, summarise } from '../../src/metrics/index.js';
import type { Metric } from '../../src/metrics/metric.js';

const metrics = Object.values<Metric>(METRICS);
const score = (psnr: number, better: boolean) => ({ psnr, ssim: 0.5, relativeError: 0.1, better });

test('names and columns tell metrics apart', () => {
  const columns = FACTORS.flatMap(factor =>
    metricsOf(factor).flatMap(([, { of }]) => Object.keys(of[factor]!.columns)),
  );
  for (const names of [
    columns,
    metrics.flatMap(metric => Object.keys(metric.columns)),
    metrics.map(({ column }) => column),
    metrics.map(({ summary }) => summary),
  ]) {
    expect(new Set(names).size).toBe(names.length);
  }
});

test('numbers are summed up by their distribution, a yes or no by its share', () => {
  const summary = summarise('signal', [score(20, true), score(30, true), score(40, false)]);
  expect(summary.psnr).toMatchObject({ median: 30, mean: 30 });
  expect(summary.betterThanObservation).toBeCloseTo(2 / 3);
  expect(statisticOf(summary, METRICS.psnr, 'percentile10')).toBeCloseTo(22);
  expect(statisticOf(summary, METRICS.better, 'share')).toBe(summary.betterThanObservation);
  expect(statisticOf(summary, METRICS.whereSeen, 'median')).toBeUndefined();
  expect(() => summarise('signal', [])).toThrow(TypeError);
});

test('a metric that one score lacks is left out', () => {
  const [older, newer] = [
    { relativeError: 0.2, whereSeen: 0.1 },
    { relativeError: 0.4, whereSeen: 0.3, psnr: 20, ssim: 0.5 },
  ];
  expect(Object.keys(summarise('distortion', [older, newer]))).toEqual(['relativeError', 'whereSeen']);
  expect(summarise('distortion', [newer, newer]).psnr!.median).toBe(20);
});
