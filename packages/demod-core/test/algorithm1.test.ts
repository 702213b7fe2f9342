import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import { compile, countOperations, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { iterate, type SolverState } from '../src/algorithm1.js';
import type { GenerativePrior } from '../src/prior.js';
import type { SolverSettings } from '../src/settings.js';
import { normals, plant, randomPriors, settings } from './fixtures.js';

const WIDTHS = [4, 12, 40];

function stateOf(batch: number, latent: number, seed = 1): SolverState<Float32NdArray> {
  const draw = (name: string) => float32([batch, latent], randomStream(seed, name).normals(batch * latent));
  return {
    signal: { code: draw('h'), velocity: draw('vh') },
    distortion: { code: draw('m'), velocity: draw('vm') },
  };
}

async function iterateOnce(
  priors: { signal: GenerativePrior; distortion: GenerativePrior },
  observation: Float32NdArray,
  state: SolverState<Float32NdArray>,
  solver: SolverSettings,
  device: Device = 'cpu',
) {
  const program = await compile(
    (input: { observation: Tensor; state: SolverState<Tensor> }) =>
      iterate(priors.signal, priors.distortion, input, input.state, solver),
    { observation, state },
    { device },
  );
  const result = await program.run({ observation, state });
  await program.dispose();
  return result;
}

// The paper's formulas, written out on plain numbers for one problem and random networks of two layers.
type Matrix = readonly (readonly number[])[];
const times = (matrix: Matrix, vector: readonly number[]) =>
  matrix.map(row => row.reduce((sum, a, i) => sum + a * vector[i]!, 0));
const transposed = (matrix: Matrix): number[][] =>
  matrix[0]!.map((_, column) => matrix.map(row => row[column]!));
const norm = (vector: readonly number[]) => Math.hypot(...vector);

/** W_{+,z}: rows with a negative product zeroed. */
const active = (matrix: Matrix, vector: readonly number[]): number[][] => {
  const products = times(matrix, vector);
  return matrix.map((row, i) => row.map(a => (products[i]! > 0 ? a : 0)));
};
/** Λ_z of a network of two layers. */
const lambda = ([first, second]: readonly [Matrix, Matrix], code: readonly number[]): number[][] => {
  const inner = active(first, code);
  const outer = active(second, times(inner, code));
  return outer.map(row => times(transposed(inner), row));
};
/** The weights of the random prior of this seed and name, as its definition says. */
const weights = (seed: number, name: string): readonly [Matrix, Matrix] => {
  const layer = (index: number): Matrix => {
    const [from, to] = [WIDTHS[index]!, WIDTHS[index + 1]!];
    const draws = randomStream(seed, 'random network', name, index).normals(from * to);
    return Array.from({ length: to }, (_, i) =>
      Array.from({ length: from }, (_, j) => Math.sqrt(2 / from) * draws[j * to + i]!),
    );
  };
  return [layer(0), layer(1)];
};
const image = (network: readonly [Matrix, Matrix], code: readonly number[]) =>
  times(lambda(network, code), code);
const loss = (w: readonly number[], x: readonly number[], y: readonly number[]) =>
  y.reduce((sum, value, i) => sum + (w[i]! * x[i]! - value) ** 2, 0) / (2 * y.length);
/** g1 = Λ1ᵀ(diag((Λ2 m)²) Λ1 h − diag(Λ2 m ⊙ y) 1) / ℓ */
const partial = (
  first: readonly [Matrix, Matrix],
  h: readonly number[],
  x: readonly number[],
  y: readonly number[],
) => {
  const w = image(first, h);
  return times(
    transposed(lambda(first, h)),
    x.map((xi, i) => (xi * xi * w[i]! - xi * y[i]!) / y.length),
  );
};

describe('one iteration', () => {
  test.each([0, 0.1])('is Algorithm 1 by the formulas of the paper, with a prior term of λ = %s', async λ => {
    const solver = settings({ stepSize: 0.7, momentum: 0, latentPenalty: λ });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async seed => {
        const state = stateOf(1, 4, seed);
        const observation = float32([1, 40], randomStream(seed, 'y').uniforms(40));
        const result = await iterateOnce(randomPriors(seed, WIDTHS), observation, state, solver);

        const [g1, g2] = [weights(seed, 'signal'), weights(seed, 'distortion')];
        const [h0, m0, y] = [state.signal.code, state.distortion.code, observation].map(({ data }) => [
          ...data,
        ]) as [number[], number[], number[]];
        const patterns = [1, -1].flatMap(s =>
          [1, -1].map(t => ({ h: h0.map(v => s * v), m: m0.map(v => t * v) })),
        );
        const valued = patterns.map(p => ({ ...p, f: loss(image(g1, p.h), image(g2, p.m), y) }));
        const { h, m, f } = valued.reduce((a, b) => (b.f < a.f ? b : a));
        const stepped = partial(g1, h, image(g2, m), y).map((g, i) => h[i]! - 0.7 * (g + λ * h[i]!));
        const steppedM = partial(g2, m, image(g1, stepped), y).map((g, i) => m[i]! - 0.7 * (g + λ * m[i]!));
        const c = Math.sqrt(norm(stepped) / norm(steppedM));

        // Values of order one in float32, a few hundred operations deep.
        const close = (actual: ArrayLike<number>, expected: readonly number[]) =>
          expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 4));
        close(result.objective.data, [f + (λ / 2) * (norm(h0) ** 2 + norm(m0) ** 2)]);
        close(
          result.state.signal.code.data,
          stepped.map(v => v / c),
        );
        close(
          result.state.distortion.code.data,
          steppedM.map(v => v * c),
        );
      }),
      { numRuns: 15, seed: 7 },
    );
  });

  test('balances norms', async () => {
    const result = await iterateOnce(randomPriors(1, WIDTHS), normals('y', 5, 40), stateOf(5, 4), settings());
    for (let row = 0; row < 5; row++) {
      const [h, m] = [result.state.signal.code, result.state.distortion.code].map(({ data }) =>
        norm([...data.slice(4 * row, 4 * row + 4)]),
      );
      expect(h! / m!).toBeCloseTo(1, 5);
    }
  });

  test('treats momentum as its settings say', async () => {
    const priors = randomPriors(1, WIDTHS);
    const { observation } = await plant(priors, 16);
    const state = stateOf(16, 4);
    const base = { stepSize: 1e-12, momentum: 1 - 1e-7, balance: false };
    const run = async (changes: Partial<SolverSettings>) =>
      (await iterateOnce(priors, observation, state, settings({ ...base, ...changes }))).state;
    const [kept, flipped, reset] = [
      await run({ momentumOnFlip: 'keep' }),
      await run({ momentumOnFlip: 'flip' }),
      await run({ momentumOnFlip: 'reset' }),
    ];
    let flips = 0;
    for (let i = 0; i < 64; i++) {
      // With a vanishing step the code only changes sign; the difference of velocities is the gradient in each.
      const sign = Math.sign(kept.signal.code.data[i]! / state.signal.code.data[i]!);
      const before = state.signal.velocity.data[i]!;
      const gradient = kept.signal.velocity.data[i]! - before;
      if (sign < 0) flips++;
      expect(flipped.signal.velocity.data[i]).toBeCloseTo(sign * before + gradient, 4);
      expect(reset.signal.velocity.data[i]).toBeCloseTo((sign < 0 ? 0 : before) + gradient, 4);
    }
    expect(flips).toBeGreaterThan(0);
    expect(flips).toBeLessThan(64);
    const scaled = await run({ balance: true, momentumOnBalance: 'scale' });
    const unscaled = await run({ balance: true });
    const c = unscaled.distortion.code.data[0]! / kept.distortion.code.data[0]!;
    expect(scaled.distortion.velocity.data[0]! / unscaled.distortion.velocity.data[0]!).toBeCloseTo(c, 4);
    expect(scaled.signal.velocity.data[0]! * c).toBeCloseTo(unscaled.signal.velocity.data[0]!, 4);
  });

  test.each(inject('devices'))('agrees on %s and js', async device => {
    const priors = randomPriors(2, WIDTHS);
    const { observation } = await plant(priors, 8);
    const [got, js] = [
      await iterateOnce(priors, observation, stateOf(8, 4), settings(), device),
      await iterateOnce(priors, observation, stateOf(8, 4), settings(), 'js'),
    ];
    for (const factor of ['signal', 'distortion'] as const) {
      for (const part of ['code', 'velocity'] as const) {
        const reference = js.state[factor][part].data;
        got.state[factor][part].data.forEach((value, i) => expect(value).toBeCloseTo(reference[i]!, 4));
      }
    }
  });

  test('costs five passes forward and two backward', () => {
    const priors = randomPriors(1, WIDTHS);
    const [batch, pass] = [3, 2 * 3 * (4 * 12 + 12 * 40)];
    const example = { observation: normals('y', batch, 40), state: stateOf(batch, 4) };
    const count = (solver: SolverSettings) =>
      countOperations(
        (input: { observation: Tensor; state: SolverState<Tensor> }) =>
          iterate(priors.signal, priors.distortion, input, input.state, solver),
        example,
      );
    expect(count(settings()) / pass).toBe(7);
    expect(count(settings({ signCheck: false })) / pass).toBe(5);
  });
});
