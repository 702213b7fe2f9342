import { float32 } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { observe } from '../../src/trials/batches.js';
import { CONDITIONS, MORE_CONDITIONS, observedUnder, pairsUnder } from '../../src/trials/conditions.js';
import { drawPairs } from '../../src/trials/pairs.js';
import { images } from './example.js';

const tests = { signal: images.signal.test, distortion: images.distortion.test };
const pairs = drawPairs(1, tests, 'all');
const truth = observe(tests, pairs);
const ALL = [...CONDITIONS, ...MORE_CONDITIONS];
const clean = { noise: 0, missing: 0 };

test('names tell conditions apart', () => {
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  expect(new Set(ALL.map(({ title }) => title)).size).toBe(ALL.length);
});

test('the clean observation is the product, and nothing is missing', () => {
  const { observation, observed, first, trueDistortion } = observedUnder(clean, truth, { seed: 1, first: 4 });
  expect(observation).toEqual(truth.observation);
  expect(observed).toBeUndefined();
  expect(first).toBe(4);
  expect(trueDistortion).toEqual(truth.distortion);
});

test.each([0.01, 0.1])('noise of %f has that standard deviation, and no mean', noise => {
  const { observation, observed } = observedUnder({ noise, missing: 0 }, truth, { seed: 1, first: 0 });
  const added = observation.data.map((value, i) => (value - truth.observation.data[i]!) / noise);
  const mean = added.reduce((sum, value) => sum + value, 0) / added.length;
  const variance = added.reduce((sum, value) => sum + value * value, 0) / added.length;
  // 3328 numbers: standard errors of 0.017 and 0.025, of which four are allowed.
  expect(Math.abs(mean)).toBeLessThan(0.07);
  expect(Math.abs(variance - 1)).toBeLessThan(0.1);
  expect(observation.data.some(value => value < 0)).toBe(true); // not clipped
  expect(observed).toBeUndefined();
});

test('the asked share of each image is missing, and 0 there', () => {
  const { observation, observed } = observedUnder({ noise: 0.1, missing: 0.3 }, truth, { seed: 1, first: 0 });
  const length = 256;
  const rows = pairs.map((_, pair) => observed!.data.slice(pair * length, (pair + 1) * length));
  for (const row of rows) {
    expect([...new Set(row)].sort()).toEqual([0, 1]);
    expect(row.filter(value => value === 0)).toHaveLength(77); // 0.3 × 256 = 76.8
  }
  expect(new Set(rows.map(row => row.join())).size).toBe(pairs.length);
  observed!.data.forEach((seen, i) => {
    expect(observation.data[i] === 0).toBe(seen === 0); // noise leaves no other value at 0
  });
});

test('a missing pixel is missing in all channels', () => {
  const colours = float32([2, 3, 8, 8], new Float32Array(2 * 3 * 64).fill(1));
  const problem = { signal: colours, distortion: colours, observation: colours };
  const { data } = observedUnder({ noise: 0, missing: 0.5 }, problem, { seed: 1, first: 0 }).observed!;
  for (const image of [0, 3 * 64]) {
    const [red, green, blue] = [0, 1, 2].map(c => data.slice(image + c * 64, image + (c + 1) * 64));
    expect(green).toEqual(red);
    expect(blue).toEqual(red);
  }
});

test('noise and missing pixels depend on the seed and the pair alone, not on its batch', () => {
  const condition = { noise: 0.05, missing: 0.3 };
  const whole = observedUnder(condition, truth, { seed: 1, first: 0 });
  const part = observedUnder(condition, observe(tests, pairs.slice(5, 8)), { seed: 1, first: 5 });
  for (const key of ['observation', 'observed'] as const) {
    expect(part[key]!.data).toEqual(whole[key]!.data.slice(5 * 256, 8 * 256));
  }
  const other = observedUnder(condition, truth, { seed: 2, first: 0 });
  expect(other.observed).not.toEqual(whole.observed);
  expect(other.observation).not.toEqual(whole.observation);
});

test('stronger noise is the same noise, scaled', () => {
  const added = (noise: number) =>
    observedUnder({ noise, missing: 0 }, truth, { seed: 1, first: 0 }).observation.data.map(
      (value, i) => (value - truth.observation.data[i]!) / noise,
    );
  const [weak, strong] = [added(0.01), added(0.1)];
  weak.forEach((value, i) => {
    expect(value).toBeCloseTo(strong[i]!, 4); // float32 next to 1 has steps of 6e-8, divided by 0.01
  });
});

test('an exposure multiplies the light, and what a file would clip is missing', () => {
  const dark = observedUnder({ ...clean, exposure: 0.25 }, truth, { seed: 1, first: 0 });
  expect(dark.observed).toBeUndefined();
  dark.observation.data.forEach((value, i) => expect(value).toBe(truth.observation.data[i]! / 4));
  const bright = observedUnder({ noise: 0, missing: 0.3, exposure: 2 }, truth, { seed: 1, first: 0 });
  const { observed: kept } = observedUnder({ noise: 0, missing: 0.3 }, truth, { seed: 1, first: 0 });
  let clipped = 0;
  truth.observation.data.forEach((value, i) => {
    const isThere = 2 * value <= 1 && kept!.data[i] === 1;
    if (2 * value > 1) clipped++;
    expect(bright.observed!.data[i]).toBe(isThere ? 1 : 0);
    expect(bright.observation.data[i]).toBe(isThere ? 2 * value : 0);
  });
  expect(clipped).toBeGreaterThan(100);
});

test('pairs of a group have the distortion of its first, and their noise is that of the pairs', () => {
  const four = { ...clean, name: 'shared-4', title: 'one light over 4', group: 4 };
  const some = pairs.slice(0, 8);
  const shared = pairsUnder(four, some);
  expect(shared.map(({ signal }) => signal)).toEqual(some.map(({ signal }) => signal));
  expect(shared.map(({ distortion }) => distortion)).toEqual(
    [0, 0, 0, 0, 4, 4, 4, 4].map(first => some[first]!.distortion),
  );
  expect(pairsUnder(CONDITIONS[0]!, some)).toEqual(some);
  expect(observedUnder(four, observe(tests, shared), { seed: 1, first: 0 }).group).toBe(4);
  expect(() => pairsUnder(four, pairs.slice(0, 6))).toThrow(/one light over 4: 6 pairs .* multiple of 4/);
});
