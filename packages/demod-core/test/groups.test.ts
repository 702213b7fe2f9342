// Groups of observations that share a distortion.
import { type Float32NdArray, float32, imageAt, randomStream, takeRows } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { forEachPicture, meanOverPictures } from '../src/groups.js';
import { misfit } from '../src/misfit.js';
import { imagesOf } from '../src/prior.js';
import { solve } from '../src/solve.js';
import { normals, plant, randomPriors, relativeErrors, settings } from './fixtures.js';

const priors = randomPriors(1, [4, 40, 400]);
const solver = settings({
  ...{ stepSize: 0.5, momentum: 0, iterations: 30, polish: 40, together: 60 },
  ...{ draws: 64, restarts: 2 },
});
const options = { seed: 1, device: 'cpu', settings: solver } as const;

/** `groups` × `pictures` planted pairs; the pictures of a group have its first distortion. */
async function plantGroups(groups: number, pictures: number) {
  const planted = await plant(priors, groups * pictures);
  const rows = Array.from({ length: groups * pictures }, (_, row) => row - (row % pictures));
  const distortion = takeRows(planted.distortion, rows);
  const product = planted.signal.data.map((w, i) => w * distortion.data[i]!);
  return { signal: planted.signal, distortion, observation: float32(distortion.shape, product) };
}

const without = (array: Float32NdArray, mask: Float32NdArray) =>
  float32(
    array.shape,
    array.data.map((value, i) => value * mask.data[i]!),
  );

test('the misfit of a group is the mean of its pictures, and its slope in the distortion’s code that of differences', async () => {
  const { observation } = await plantGroups(2, 3);
  const [h, m] = [normals('h', 6, 4), normals('m', 2, 4)];
  const of = (input: { h: Tensor; m: Tensor; observation: Tensor }) => {
    const w = imagesOf(priors.signal.forward(input.h));
    const outputs = priors.distortion.forward(input.m);
    const x = imagesOf(outputs);
    const { value, gradient } = misfit(w, x, input, { robustness: 0.5 });
    return {
      value,
      each: misfit(w, forEachPicture(x, w), input, { robustness: 0.5 }).value,
      slope: priors.distortion.backward(outputs, meanOverPictures(tf.mul(gradient, w), x)),
    };
  };
  const program = await compile(of, { h, m, observation }, { device: 'cpu' });
  const at = async (code: Float32NdArray) => {
    const { value, each, slope } = await program.run({ h, m: code, observation });
    return [value, each, slope].map(({ data }) => [...data]) as [number[], number[], number[]];
  };
  const [value, each, slope] = await at(m);
  for (const group of [0, 1]) {
    const ofGroup = each.slice(3 * group, 3 * group + 3);
    expect(value[group]).toBeCloseTo(ofGroup.reduce((a, b) => a + b) / 3, 5);
    for (let entry = 0; entry < 4; entry++) {
      const moved = async (step: number) =>
        (await at(float32([2, 4], m.data.with(4 * group + entry, m.data[4 * group + entry]! + step))))[0];
      const [ahead, behind] = [await moved(0.003), await moved(-0.003)];
      const expected = (ahead[group]! - behind[group]!) / 0.006;
      // Rounding of values of order one over 0.006, and rectifiers that change their side in between.
      expect(Math.abs(slope[4 * group + entry]! - expected)).toBeLessThan(0.01 * Math.abs(expected) + 2e-3);
    }
  }
  await program.dispose();
});

test('a group of one is a picture alone', async () => {
  const { observation } = await plantGroups(2, 1);
  const alone = await solve(priors.signal, priors.distortion, observation, options);
  expect(await solve(priors.signal, priors.distortion, observation, { ...options, group: 1 })).toEqual(alone);
});

test('a group has one distortion, in whatever order its pictures come', async () => {
  const planted = await plantGroups(2, 3);
  const found = await solve(priors.signal, priors.distortion, planted.observation, { ...options, group: 3 });
  expect(Math.max(...relativeErrors(found.signal, planted.signal))).toBeLessThan(1e-3);
  expect(Math.max(...relativeErrors(found.distortion, planted.distortion))).toBeLessThan(1e-3);
  const rows = [0, 1, 2, 3, 4, 5];
  for (const row of rows)
    expect(imageAt(found.distortion, row)).toEqual(imageAt(found.distortion, row - (row % 3)));

  const order = [5, 3, 4, 1, 2, 0];
  const shuffled = takeRows(planted.observation, order);
  const other = await solve(priors.signal, priors.distortion, shuffled, { ...options, group: 3 });
  // Sums in another order round otherwise, and L-BFGS carries it on until it has converged.
  const same = takeRows(found.signal, order);
  other.signal.data.forEach((value, i) => expect(value).toBeCloseTo(same.data[i]!, 2));
});

test('a picture that shows too little by itself is recovered with those of the same light', async () => {
  const planted = await plantGroups(2, 4);
  // Of the last of each group 12 of 400 pixels are left, for 8 unknowns.
  const uniforms = randomStream(1, 'groups', 'mask').uniforms(8 * 400);
  const observed = float32(
    [8, 400],
    uniforms.map((value, i) => (Math.floor(i / 400) % 4 < 3 || value < 0.03 ? 1 : 0)),
  );
  const observation = without(planted.observation, observed);
  const run = (group: number) =>
    solve(priors.signal, priors.distortion, observation, { ...options, observed, group });
  const worst = async (group: number) => {
    const errors = relativeErrors((await run(group)).distortion, planted.distortion);
    return Math.max(errors[3]!, errors[7]!);
  };
  expect(await worst(1)).toBeGreaterThan(0.1);
  expect(await worst(4)).toBeLessThan(1e-3);
});

test('a group finds its exposures, and one black level', async () => {
  const planted = await plantGroups(1, 3);
  const exposures = [1, 0.25, 3];
  const seen = planted.observation.data.map((value, i) => exposures[Math.floor(i / 400)]! * value + 0.2);
  const found = await solve(priors.signal, priors.distortion, float32([3, 400], seen), {
    ...options,
    settings: { ...solver, exposure: 'found', blackLevel: 'found', restarts: 3, polish: 100 },
    group: 3,
  });
  expect(new Set(found.blackLevel).size).toBe(1);
  expect(found.blackLevel[0]).toBeCloseTo(0.2, 3);
  expect(Math.max(...relativeErrors(found.signal, planted.signal))).toBeLessThan(0.01);
});

test('refuses observations that do not make whole groups', async () => {
  const { observation } = await plantGroups(1, 3);
  const solving = solve(priors.signal, priors.distortion, observation, { ...options, group: 2 });
  await expect(solving).rejects.toThrow('expected observations in groups of 2, got 3');
});
