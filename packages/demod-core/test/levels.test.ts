import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atUnitExposure, fitLevels, roughLevels } from '../src/levels.js';
import { type MisfitSettings, misfit } from '../src/misfit.js';
import type { Problem } from '../src/problem.js';
import { solve } from '../src/solve.js';
import { plant, randomPriors, relativeErrors, settings } from './fixtures.js';

const PIXELS = 60;
const SHAPE = [2, 1, 6, 10];
const uniform = (name: string) => float32(SHAPE, randomStream(2, 'levels', name).uniforms(2 * PIXELS));
const [w, x] = [uniform('w'), uniform('x')];
/** 1.7 · w ⊙ x + 0.2 with errors of the order of δ, a few of them far larger: what no generator draws. */
const y = float32(
  SHAPE,
  uniform('error').data.map(
    (e, i) => 1.7 * w.data[i]! * x.data[i]! + 0.2 + (i % 9 === 0 ? 0.5 : 0.04) * (e - 0.5),
  ),
);
const observed = float32(
  SHAPE,
  uniform('mask').data.map(value => (value < 0.3 ? 0 : 1)),
);

async function run<R>(
  made: (input: { w: Tensor; x: Tensor; problem: Problem<Tensor> }) => R,
  problem: Problem<Float32NdArray>,
  signal = w,
) {
  const input = { w: signal, x, problem };
  const program = await compile(made, input, { device: 'js' });
  const result = await program.run(input);
  await program.dispose();
  return result;
}

/** The mean loss of an image at given levels, by its definition. */
function lossAt(image: number, s: number, b: number, mask: Float32NdArray | undefined, robustness?: number) {
  let [sum, count] = [0, 0];
  for (let i = image * PIXELS; i < (image + 1) * PIXELS; i++) {
    if (mask?.data[i] === 0) continue;
    const r = s * w.data[i]! * x.data[i]! + b - y.data[i]!;
    sum +=
      robustness === undefined ? (r * r) / 2 : robustness ** 2 * (Math.sqrt(1 + (r / robustness) ** 2) - 1);
    count++;
  }
  return sum / count;
}

describe.each([
  ['squares', {}],
  ['pseudo-Huber', { robustness: 0.05 }],
])('levels by %s', (_, loss) => {
  const { robustness } = loss as MisfitSettings;

  test.each([undefined, observed])(
    'are those of a dense search, and their misfit is its least',
    async mask => {
      const problem = { observation: y, ...(mask && { observed: mask }) };
      const exposure = { ...loss, exposure: 'found' } as const;
      const { one, both, least } = await run(
        ({ w, x, problem }) => ({
          one: fitLevels(tf.mul(w, x), problem, exposure).exposure,
          both: fitLevels(tf.mul(w, x), problem, { ...exposure, blackLevel: 'found' }),
          least: misfit(w, x, problem, exposure).value,
        }),
        problem,
      );
      for (const image of [0, 1]) {
        const steps = (from: number, to: number) =>
          Array.from({ length: 2001 }, (_, step) => from + ((to - from) * step) / 2000);
        const searched = steps(1, 3).map(s => ({ s, f: lossAt(image, s, 0, mask, robustness) }));
        const best = searched.reduce((a, b) => (b.f < a.f ? b : a));
        expect(Math.abs(one.data[image]! - best.s)).toBeLessThan(1e-3); // the distance of the grid's points
        expect(least.data[image]).toBeCloseTo(best.f, 6);
        // No neighbour is lower, in any of eight directions: the loss is convex in both.
        const [s, b] = [both.exposure.data[image]!, both.blackLevel.data[image]!];
        const f = lossAt(image, s, b, mask, robustness);
        for (let k = 0; k < 8; k++) {
          const angle = (k * Math.PI) / 4;
          const [ds, db] = [1e-2 * Math.cos(angle), 1e-2 * Math.sin(angle)];
          expect(lossAt(image, s + ds, b + db, mask, robustness)).toBeGreaterThan(f);
        }
      }
    },
  );

  test('the misfit has the gradient of finite differences, the levels moving along', async () => {
    const found: MisfitSettings = { ...loss, exposure: 'found', blackLevel: 'found' };
    const problem = { observation: y, observed };
    const at = (signal: Float32NdArray) =>
      run(({ w, x, problem }) => misfit(w, x, problem, found), problem, signal);
    const { gradient } = await at(w);
    const direction = randomStream(2, 'levels', 'direction').normals(2 * PIXELS);
    const moved = (step: number) =>
      at(
        float32(
          SHAPE,
          w.data.map((value, i) => value + step * direction[i]!),
        ),
      );
    const step = 1e-3;
    const [ahead, behind] = [await moved(step), await moved(-step)];
    for (const image of [0, 1]) {
      const slope = (ahead.value.data[image]! - behind.value.data[image]!) / (2 * step);
      let expected = 0;
      for (let i = image * PIXELS; i < (image + 1) * PIXELS; i++)
        expected += gradient.data[i]! * x.data[i]! * direction[i]!;
      // Values of 1e-3 in float32 differ by 1e-10, over steps of 2e-3.
      expect(Math.abs(slope - expected)).toBeLessThan(0.01 * Math.abs(expected) + 1e-6);
    }
  });
});

test('rough levels are exact where the products are the pictures but for their levels', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (s, b) => {
        const seen = float32(
          SHAPE,
          w.data.map(value => s * value + b),
        );
        const { exposure, blackLevel } = roughLevels(
          w,
          { observation: seen, observed },
          { exposure: 'found', blackLevel: 'found' },
        );
        const back = atUnitExposure(seen, { exposure, blackLevel });
        back.data.forEach((value, i) => expect(value).toBeCloseTo(w.data[i]!, 3));
      },
    ),
    { seed: 1, numRuns: 20 },
  );
});

test.each([
  ['random starts', {}],
  ['drawn starts', { draws: 16 }],
])('what is found does not depend on the exposure, with %s', async (_, starts) => {
  const priors = randomPriors(1, [4, 40, 400]);
  const planted = await plant(priors, 3);
  const run = (exposure: number) =>
    solve(
      priors.signal,
      priors.distortion,
      float32(
        planted.observation.shape,
        planted.observation.data.map(value => exposure * value),
      ),
      {
        seed: 1,
        device: 'cpu',
        settings: settings({
          ...starts,
          exposure: 'found',
          stepSize: 0.5,
          momentum: 0,
          iterations: 30,
          restarts: 2,
          polish: 60,
        }),
      },
    );
  const one = await run(1);
  expect(Math.max(...relativeErrors(one.signal, planted.signal))).toBeLessThan(1e-3);
  for (const exposure of [0.25, 2]) {
    // A power of two changes no digit of any float.
    const other = await run(exposure);
    expect(other.signal).toEqual(one.signal);
    expect(other.distortion).toEqual(one.distortion);
    expect(other.spread).toEqual(one.spread);
    expect(other.exposure).toEqual(one.exposure.map(s => exposure * s));
  }
});

test('a black level is found with the exposure', async () => {
  const priors = randomPriors(1, [4, 40, 400]);
  const planted = await plant(priors, 3);
  const observation = float32(
    planted.observation.shape,
    planted.observation.data.map(value => 0.5 * value + 0.3),
  );
  const found = await solve(priors.signal, priors.distortion, observation, {
    seed: 1,
    device: 'cpu',
    settings: settings({
      ...{ exposure: 'found', blackLevel: 'found', draws: 64, restarts: 3 },
      ...{ stepSize: 0.5, momentum: 0, iterations: 30, polish: 100 },
    }),
  });
  found.blackLevel.forEach(level => expect(level).toBeCloseTo(0.3, 3));
  expect(Math.max(...relativeErrors(found.signal, planted.signal))).toBeLessThan(0.01);
  expect(Math.max(...relativeErrors(found.distortion, planted.distortion))).toBeLessThan(0.01);
});
