import { float32, randomStream } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { drawCases, known, knownOrStranger } from '../../src/study/cases.js';
import { fitLogistic, probability } from '../../src/study/logistic.js';
import { STRANGERS } from '../../src/study/strangers.js';

const SIDE = 32;
const images = float32([5, 1, SIDE, SIDE], randomStream(1, 'images').uniforms(5 * SIDE ** 2));
const one = () => images.data.slice(0, SIDE ** 2);

test.each(Object.entries(STRANGERS))('%s are images from 0 to 1, the same for the same stream', (_, draw) => {
  const drawn = () => draw(one, randomStream(3, 'stranger'), SIDE);
  const image = drawn();
  expect(image).toHaveLength(SIDE ** 2);
  for (const value of image) expect(value).toBeGreaterThanOrEqual(0);
  for (const value of image) expect(value).toBeLessThanOrEqual(1);
  expect(new Set(image).size).toBeGreaterThan(1);
  expect(drawn()).toEqual(image);
});

describe('cases', () => {
  const cases = drawCases(400, known(images, 'known'), images, randomStream(1, 'cases'));
  const pixels = SIDE ** 2;
  const row = (array: Float32Array, index: number) => array.subarray(index * pixels, (index + 1) * pixels);

  test('are products, exposed, where they were observed, and 0 where not', () => {
    let clean = 0;
    for (let index = 0; index < 400; index++) {
      const [w, x] = [row(cases.truth.signal.data, index), row(cases.truth.distortion.data, index)];
      const [y, observed] = [row(cases.observation.data, index), row(cases.observed.data, index)];
      const ratios = [...y].flatMap((value, i) =>
        observed[i] === 1 && w[i]! * x[i]! > 0.05 ? [value / (w[i]! * x[i]!)] : [],
      );
      if (Math.max(...ratios) - Math.min(...ratios) < 1e-3) clean++;
      for (const [i, value] of y.entries()) if (observed[i] === 0) expect(Math.abs(value)).toBe(0);
    }
    // Four in ten have no noise: of 400 within 4 standard errors of 2.4 %.
    expect(Math.abs(clean / 400 - 0.4)).toBeLessThan(0.1);
  });

  test('half of them are strangers, where asked for', () => {
    const { kinds } = drawCases(400, knownOrStranger(images), images, randomStream(2, 'cases'));
    expect(Math.abs(kinds.filter(kind => kind === 'known').length / 400 - 0.5)).toBeLessThan(0.1);
    expect(new Set(kinds).size).toBe(1 + Object.keys(STRANGERS).length);
  });
});

describe('logistic regression', () => {
  test('of one yes or no is the logarithm of the odds', () => {
    // Of those with 0, 30 of 100; of those with 1, 80 of 100.
    const rows = Array.from({ length: 200 }, (_, i) => [i < 100 ? 0 : 1]);
    const [constant, slope] = fitLogistic(
      rows,
      rows.map((_, i) => (i < 100 ? i < 30 : i < 180)),
    );
    // The ridge of 0.01 moves them by less than a hundredth.
    expect(constant).toBeCloseTo(Math.log(3 / 7), 2);
    expect(slope).toBeCloseTo(Math.log(4) - Math.log(3 / 7), 2);
  });

  test('finds the weights that outcomes were drawn by', () => {
    const random = randomStream(1, 'logistic');
    const weights = [0.5, -1.2, 2];
    const rows = Array.from({ length: 20_000 }, () => [random.normal(), random.normal()]);
    const found = fitLogistic(
      rows,
      rows.map(row => random.uniform() < probability(weights, row)),
    );
    // Standard errors of 20,000 cases are about 0.03.
    for (const [k, weight] of found.entries()) expect(Math.abs(weight - weights[k]!)).toBeLessThan(0.12);
  });
});
