import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { misfit } from '../src/misfit.js';
import { type Problem, takeProblems, withNoise } from '../src/problem.js';

const SHAPE = [3, 1, 4, 4];
const uniform = (name: string) => float32(SHAPE, randomStream(1, 'misfit', name).uniforms(48));
const [w, x, y] = [uniform('w'), uniform('x'), uniform('y')];
const observed = float32(
  SHAPE,
  uniform('mask').data.map(value => (value < 0.4 ? 0 : 1)),
);

async function misfitOf(signal: Float32NdArray, given: Problem<Float32NdArray>, robustness?: number) {
  const settings = robustness === undefined ? {} : { robustness };
  const program = await compile(
    (input: { signal: Tensor; distortion: Tensor; problem: Problem<Tensor> }) => {
      const { value, gradient } = misfit(input.signal, input.distortion, input.problem, settings);
      return { value, gradient };
    },
    { signal, distortion: x, problem: given },
    { device: 'cpu' },
  );
  const result = await program.run({ signal, distortion: x, problem: given });
  await program.dispose();
  return result;
}

/** The definition, pixel by pixel. */
function expected(image: number, given: Problem<Float32NdArray>, rho: (residual: number) => number): number {
  const pixels = [...Array(16).keys()].map(i => 16 * image + i).filter(i => given.observed?.data[i] !== 0);
  const sum = pixels.reduce((total, i) => total + rho(w.data[i]! * x.data[i]! - y.data[i]!), 0);
  return sum / pixels.length;
}

describe.each([undefined, 0.02, 0.5])('the misfit with robustness %s', robustness => {
  const delta = robustness ?? Number.NaN;
  const rho = (r: number) =>
    robustness === undefined ? r ** 2 / 2 : delta ** 2 * (Math.sqrt(1 + (r / delta) ** 2) - 1);

  test.each([
    ['all pixels', { observation: y }],
    ['pixels missing', { observation: y, observed }],
  ])('is the mean of ρ over what was observed: %s', async (_, given) => {
    const { value } = await misfitOf(w, given, robustness);
    value.data.forEach((found, image) => expect(found).toBeCloseTo(expected(image, given, rho), 6));
  });

  test('has the gradient of finite differences', async () => {
    const given = { observation: y, observed };
    const { gradient } = await misfitOf(w, given, robustness);
    const slope = (r: number) => (rho(r + 1e-5) - rho(r - 1e-5)) / 2e-5;
    for (let i = 0; i < 48; i++) {
      const image = Math.floor(i / 16);
      const count = observed.data.slice(16 * image, 16 * image + 16).reduce((a, b) => a + b);
      const exact = observed.data[i] === 0 ? 0 : slope(w.data[i]! * x.data[i]! - y.data[i]!) / count;
      expect(gradient.data[i]).toBeCloseTo(exact, 6);
    }
  });
});

test('with noise, residuals within twice its deviation count by their square, each image by its own', async () => {
  const sigmas = [0, 0.05, 0.4];
  const given = { observation: y, noise: float32([3, 1, 1, 1], Float32Array.from(sigmas)) };
  const { value } = await misfitOf(w, given, 0.02);
  for (const [image, sigma] of sigmas.entries()) {
    const delta = Math.hypot(0.02, 2 * sigma);
    const rho = (r: number) => delta ** 2 * (Math.sqrt(1 + (r / delta) ** 2) - 1);
    expect(value.data[image]).toBeCloseTo(expected(image, given, rho), 6);
  }
});

test('the noise of a problem is what its pictures show, where it is asked for', () => {
  const noise = randomStream(1, 'misfit', 'noise').normals(2 * 64 * 64);
  const observation = float32(
    [2, 1, 64, 64],
    noise.map((value, i) => 0.5 + (i < 64 * 64 ? 0.01 : 0.1) * value),
  );
  expect(withNoise({ observation }, {})).toEqual({ observation });
  const found = withNoise({ observation }, { noise: 'found' });
  expect(found.noise!.shape).toEqual([2, 1, 1, 1]);
  // A median of 1024 is within 10 % of its own in all but one of ten thousand draws.
  expect(found.noise!.data[0]! / 0.01).toBeCloseTo(1, 0.7);
  expect(found.noise!.data[1]! / 0.1).toBeCloseTo(1, 0.7);
  expect(takeProblems(found, [1]).noise!.data[0]).toBe(found.noise!.data[1]);
});

test('what has no height and width shows no noise', () => {
  const observation = float32([2, 100], new Float32Array(200));
  expect(withNoise({ observation }, { noise: 'found' })).toEqual({ observation });
});

test('squares and robust misfits agree where residuals are small', () =>
  fc.assert(
    fc.asyncProperty(fc.double({ min: 1e-4, max: 1e-3, noNaN: true }), async size => {
      const near = float32(
        SHAPE,
        w.data.map((value, i) => value * x.data[i]! + size),
      );
      const squared = await misfitOf(w, { observation: near });
      const robust = await misfitOf(w, { observation: near }, 1);
      // ρ(r) = r²/2 − r⁴/8δ² …, and float32 carries a residual of 1e-4 beside values of one to 1e-3 of itself.
      squared.value.data.forEach((value, i) => expect(robust.value.data[i]! / value).toBeCloseTo(1, 2));
    }),
    { numRuns: 5, seed: 1 },
  ));
