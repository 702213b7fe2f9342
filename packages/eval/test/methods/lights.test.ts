// The method that looks for a light alone, on pictures of one vignette.
import { float32, randomStream, relativeError } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { LIGHTS } from '../../src/methods/lights.js';
import type { Observed } from '../../src/methods/method.js';
import { directionError } from './baselines/example.js';

const SIZE = 64;
const COUNT = 4;
const LENGTH = SIZE * SIZE;
const place = (index: number) => (2 * index + 1) / SIZE - 1;
const light = Float32Array.from({ length: LENGTH }, (_, pixel) => {
  const [u, v] = [place(pixel % SIZE), place(Math.floor(pixel / SIZE))];
  return (1 + 0.7 * (u * u + v * v)) ** -2;
});
/** Grey grain: each 4 × 4 pixels have a random brightness. */
const signal = Float32Array.from({ length: COUNT * LENGTH }, (_, i) => {
  const cell = [Math.floor(i / LENGTH), Math.floor((i % LENGTH) / (4 * SIZE)), (i % SIZE) >> 2] as const;
  return 0.4 + 0.3 * randomStream(1, 'grain', ...cell).uniform();
});
const shape = [COUNT, 1, SIZE, SIZE];
const problem: Observed = {
  observation: float32(
    shape,
    signal.map((value, i) => value * light[i % LENGTH]!),
  ),
  trueDistortion: float32(
    shape,
    signal.map((_, i) => light[i % LENGTH]!),
  ),
  ...{ group: COUNT, first: 0 },
};
const correct = LIGHTS.find(({ name }) => name === 'correct')!;

test('finds the light that a group has, and divides by it', async () => {
  const { distortion, signal: even } = await correct.recover(problem);
  for (let image = 0; image < COUNT; image++) {
    const rows = [image * LENGTH, (image + 1) * LENGTH] as const;
    expect(distortion!.data.slice(...rows)).toEqual(distortion!.data.slice(0, LENGTH));
    const before = directionError(problem.observation.data.slice(...rows), signal.slice(...rows));
    // The vignette is uneven by 30 %; a fifth of that is what the light of four such pictures is far from it at most.
    expect(directionError(even!.data.slice(...rows), signal.slice(...rows))).toBeLessThan(before / 5);
  }
  expect(directionError(distortion!.data.slice(0, LENGTH), light)).toBeLessThan(0.05);
});

test('pixels that were not observed count for nothing', async () => {
  const observed = float32(
    shape,
    signal.map((_, i) => Number(randomStream(2, 'seen', i).uniform() < 0.7)),
  );
  const spoiled = float32(
    shape,
    problem.observation.data.map((value, i) => (observed.data[i] === 0 ? 9 : value)),
  );
  const { distortion } = await correct.recover({ ...problem, observation: spoiled, observed });
  const { distortion: whole } = await correct.recover(problem);
  // Cells of which a part is seen have another mean of the grain.
  expect(relativeError(distortion!.data, whole!.data)).toBeLessThan(0.05);
});

test('a way that needs several pictures says so of one', async () => {
  const basic = LIGHTS.find(({ name }) => name === 'basic')!;
  const { group: _, ...alone } = problem;
  await expect(basic.recover(alone)).rejects.toThrow('BaSiC needs at least 2 pictures of one light');
});
