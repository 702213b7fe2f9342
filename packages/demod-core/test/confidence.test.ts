import { float32 } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { confidenceOf } from '../src/confidence.js';

const rows = (...images: number[][]) => float32([images.length, 2], Float32Array.from(images.flat()));

test('is one where the fit is exact and the starts agree up to scale', () => {
  const found = { signal: rows([1, 1], [2, 2]), distortion: rows([0.4, 0.8], [0.2, 0.4]) };
  expect(confidenceOf({ observation: rows([0.4, 0.8], [0.4, 0.8]) }, found, [0])[0]).toBeCloseTo(1, 6);
});

test('is exp(−5 (r + d)), worked by hand', () => {
  // y = (3, 4): the residual is (0, 1), r = 1/5. y·x̂ = (3, 4), and y·x̂' = (3, 0): at its best scale, d = 4/5.
  const found = { signal: rows([3, 5], [3, 9]), distortion: rows([1, 1], [1, 0]) };
  const given = { observation: rows([3, 4], [3, 4]) };
  expect(confidenceOf(given, found, [0])[0]).toBeCloseTo(Math.exp(-5 * (0.2 + 0.8)), 6);
});

test('takes no notice of a start that was lost', () => {
  const lost = [Number.NaN, Number.NaN];
  const found = { signal: rows([3, 5], [3, 9], lost), distortion: rows([1, 1], [1, 0], lost) };
  const given = { observation: rows([3, 4], [3, 4], [3, 4]) };
  expect(confidenceOf(given, found, [0])[0]).toBeCloseTo(Math.exp(-5 * (0.2 + 0.8)), 6);
  const others = { signal: rows([3, 4], lost, lost), distortion: rows([1, 1], lost, lost) };
  expect(confidenceOf(given, others, [0])[0]).toBeCloseTo(1, 6);
});

test('does not look at missing pixels', () => {
  const found = { signal: rows([3, 9]), distortion: rows([1, 1]) };
  const given = { observation: rows([3, 4]), observed: rows([1, 0]) };
  expect(confidenceOf(given, found, [0])[0]).toBeCloseTo(1, 6);
});
