import { type Float32NdArray, float32, UserError } from '@blind-demod/arrays';
import { generatorPrior } from '@blind-demod/dcgan';
import { describe, expect, inject, test } from 'vitest';
import { randomGenerator } from '../../dcgan/test/random-generator.js';
import type { SearchProgress } from '../src/search.js';
import { type Recovery, solve } from '../src/solve.js';
import type { Codes } from '../src/starts.js';
import { plant, randomPriors, relativeErrors, settings } from './fixtures.js';

const cpu = { seed: 3, device: 'cpu' } as const;

describe('recovery on random expansive networks', () => {
  // 64 planted pairs on each of two pairs of networks, latent dimension 10, 100 hidden units, ℓ = 1000.
  test.each([1, 2])('finds every planted pair to float precision (networks %i)', async seed => {
    const priors = randomPriors(seed);
    const planted = await plant(priors, 64);
    const found = await solve(priors.signal, priors.distortion, planted.observation, {
      ...cpu,
      settings: settings({ stepSize: 4, momentum: 0 }),
    });
    // Float32 carries 6e-8; where the problem is flat, the gradient drowns in it some tens of times earlier.
    expect(Math.max(...relativeErrors(found.signal, planted.signal))).toBeLessThan(1e-5);
    expect(Math.max(...relativeErrors(found.distortion, planted.distortion))).toBeLessThan(1e-5);
  });

  test("finds every planted pair with the paper's step size, momentum and iterations", async () => {
    const priors = randomPriors(1);
    const planted = await plant(priors, 64);
    const found = await solve(priors.signal, priors.distortion, planted.observation, {
      ...cpu,
      settings: settings(),
    });
    expect(found.iterations).toBe(500);
    // The step is small for these networks: the slowest of 64 problems are on their way still, but on the right one.
    const errors = relativeErrors(found.signal, planted.signal).sort((a, b) => a - b);
    expect(errors[32]).toBeLessThan(1e-5);
    expect(errors[63]).toBeLessThan(0.05);
  });

  test('without the sign check some are caught at a spurious hyperbola, and restarts by objective mend it', async () => {
    // With scalar codes a wrong sign cannot be mended by descending: the axes are ridges.
    const priors = randomPriors(1, [1, 50, 500]);
    const planted = await plant(priors, 32);
    const run = async (restarts: number) => {
      const found = await solve(priors.signal, priors.distortion, planted.observation, {
        ...cpu,
        settings: settings({ stepSize: 0.5, momentum: 0, signCheck: false, restarts }),
      });
      const errors = relativeErrors(found.signal, planted.signal);
      return { found, recovered: errors.filter(error => error < 1e-4).length };
    };
    const [one, eight] = [await run(1), await run(8)];
    expect(one.recovered).toBeLessThan(20);
    expect(eight.recovered).toBeGreaterThan(25);
    eight.found.objective.forEach((objective, index) => {
      const starts = eight.found.restartObjectives.slice(8 * index, 8 * index + 8);
      expect(objective).toBe(Math.min(...starts));
      // One more step was taken from the last of the trace.
      expect(objective).toBeLessThanOrEqual(eight.found.trace.at(-1)![index]!);
    });
    expect(eight.found.trace[0]).toHaveLength(32);
  });
});

describe('solver', () => {
  const priors = randomPriors(5, [4, 20, 80]);

  test('starts depend on the number of the observation, not on its batch', async () => {
    const planted = await plant(priors, 4);
    const options = { ...cpu, settings: settings({ iterations: 5, restarts: 2 }) };
    const together = await solve(priors.signal, priors.distortion, planted.observation, options);
    const last = float32([2, 80], planted.observation.data.slice(160));
    const apart = await solve(priors.signal, priors.distortion, last, { ...options, first: 2 });
    // Not bit for bit: a product over another batch size may add in another order.
    apart.trace.forEach((objectives, iteration) => {
      objectives.forEach((value, i) => expect(value).toBeCloseTo(together.trace[iteration]![2 + i]!, 5));
    });
  });

  test.each(inject('devices'))('finds on %s what it finds on js', async device => {
    const prior = generatorPrior(randomGenerator());
    const { observation } = await plant({ signal: prior, distortion: prior }, 2);
    const [found, expected] = await Promise.all(
      ([device, 'js'] as const).map(on =>
        solve(prior, prior, observation, { seed: 3, device: on, settings: settings({ iterations: 3 }) }),
      ),
    );
    for (const name of ['signalCode', 'distortionCode', 'signal', 'distortion'] as const) {
      found![name].data.forEach((value, i) => expect(value).toBeCloseTo(expected![name].data[i]!, 4));
    }
  });

  test('stops early when the objective no longer falls', async () => {
    const planted = await plant(priors, 4);
    const found = await solve(priors.signal, priors.distortion, planted.observation, {
      ...cpu,
      settings: settings({ stepSize: 2, momentum: 0, iterations: 5000, tolerance: 0.01 }),
    });
    expect(found.iterations).toBeLessThan(5000);
    expect(found.iterations).toBeGreaterThan(25);
    expect(found.trace).toHaveLength(found.iterations);
  });

  test('the polish takes every start to the bottom of its valley, in few evaluations', async () => {
    const wide = randomPriors(1, [4, 40, 400]);
    const planted = await plant(wide, 6);
    const run = (polish?: number) =>
      solve(wide.signal, wide.distortion, planted.observation, {
        ...cpu,
        settings: settings({
          stepSize: 0.5,
          momentum: 0,
          iterations: 30,
          restarts: 3,
          ...(polish !== undefined && { polish }),
        }),
      });
    const [rough, polished] = [await run(), await run(40)];
    expect(Math.max(...relativeErrors(rough.signal, planted.signal))).toBeGreaterThan(0.01);
    expect(Math.max(...relativeErrors(polished.signal, planted.signal))).toBeLessThan(1e-4);
    polished.restartObjectives.forEach((objective, start) =>
      expect(objective).toBeLessThan(rough.restartObjectives[start]!),
    );
    polished.objective.forEach((objective, index) =>
      expect(objective).toBe(Math.min(...polished.restartObjectives.slice(3 * index, 3 * index + 3))),
    );
  });

  test('the polish minimises the misfit and the prior term together', async () => {
    const [λ, wide] = [0.02, randomPriors(1, [4, 40, 400])];
    const planted = await plant(wide, 3);
    const found = await solve(wide.signal, wide.distortion, planted.observation, {
      ...cpu,
      settings: settings({ latentPenalty: λ, balance: false, stepSize: 0.5, iterations: 20, polish: 200 }),
    });
    const rowOf = ({ shape, data }: Float32NdArray, row: number) =>
      data.subarray(row * shape[1]!, (row + 1) * shape[1]!);
    const square = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0);
    for (const row of [0, 1, 2]) {
      const [h, m] = [square(rowOf(found.signalCode, row)), square(rowOf(found.distortionCode, row))];
      // (c·h, m/c) fits as well, and of these pairs the one of equal norms has the least sum of squares.
      expect(h / m).toBeCloseTo(1, 3);
      const w = rowOf(found.signal, row);
      const x = rowOf(found.distortion, row);
      const y = rowOf(planted.observation, row);
      const misfit = square(y.map((value, i) => w[i]! * x[i]! - value)) / (2 * y.length);
      expect(found.objective[row]).toBeCloseTo(misfit + (λ / 2) * (h + m), 5);
    }
  });

  test('a start that converged is left where it was, whatever else is in its batch', async () => {
    const planted = await plant(priors, 8);
    const options = {
      ...cpu,
      settings: settings({ stepSize: 2, momentum: 0, tolerance: 0.05, iterations: 400 }),
    };
    const together = await solve(priors.signal, priors.distortion, planted.observation, options);
    for (const row of [0, 5]) {
      const alone = await solve(
        priors.signal,
        priors.distortion,
        float32([1, 80], planted.observation.data.slice(80 * row, 80 * row + 80)),
        { ...options, first: row },
      );
      expect(alone.iterations).toBeLessThanOrEqual(together.iterations);
      expect(together.objective[row]! / alone.objective[0]!).toBeCloseTo(1, 2);
      alone.signalCode.data.forEach((value, i) =>
        expect(together.signalCode.data[4 * row + i]).toBeCloseTo(value, 3),
      );
    }
  });

  test('ignores what is under a missing pixel', async () => {
    const wide = randomPriors(1, [4, 40, 400]);
    const planted = await plant(wide, 3);
    const observed = float32(
      [3, 400],
      planted.observation.data.map((_, i) => (i % 5 === 0 ? 0 : 1)),
    );
    const spoilt = float32(
      [3, 400],
      planted.observation.data.map((value, i) => (observed.data[i] === 0 ? 100 : value)),
    );
    const found = await solve(wide.signal, wide.distortion, spoilt, {
      ...cpu,
      observed,
      settings: settings({ stepSize: 2, momentum: 0 }),
    });
    // 320 observed pixels for 8 unknowns: the missing ones follow from the codes.
    expect(Math.max(...relativeErrors(found.signal, planted.signal))).toBeLessThan(1e-3);
  });

  test('reports progress with the median objective', async () => {
    const planted = await plant(priors, 3);
    const seen: SearchProgress[] = [];
    await solve(priors.signal, priors.distortion, planted.observation, {
      ...cpu,
      settings: settings({ iterations: 3 }),
      onIteration: progress => void seen.push(progress),
    });
    expect(seen.map(({ done, total }) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(seen.every(({ objective }) => objective > 0)).toBe(true);
  });

  test.each([
    ['of iterations', {}],
    ['of the polish', { polish: 4 }],
    ['where starts leave early', { iterations: 40, tolerance: 0.5 }],
  ])(
    'hands over the codes %s, where a shorter search ends, and goes on as if unasked',
    async (_, changes) => {
      const { observation } = await plant(priors, 3);
      const shorter = async (iterations: number) =>
        solve(priors.signal, priors.distortion, observation, { ...cpu, settings: settings({ iterations }) });
      const asked = settings({ iterations: 3, ...changes });
      const seen: Codes[] = [];
      const found = await solve(priors.signal, priors.distortion, observation, {
        ...cpu,
        settings: asked,
        onIteration: async ({ codes }) => void seen.push(await codes()),
      });
      const unasked = await solve(priors.signal, priors.distortion, observation, { ...cpu, settings: asked });
      expect(found.signal).toEqual(unasked.signal);
      const codes = ({ signalCode, distortionCode }: Recovery) => ({
        signal: signalCode,
        distortion: distortionCode,
      });
      expect(seen.slice(0, 2)).toEqual([codes(await shorter(1)), codes(await shorter(2))]);
      expect(seen.at(-1)).toEqual(codes(found));
    },
  );

  test('stops with a reason when it diverges', async () => {
    const planted = await plant(priors, 2);
    const diverging = solve(priors.signal, priors.distortion, planted.observation, {
      ...cpu,
      settings: settings({ stepSize: 1e6 }),
    });
    await expect(diverging).rejects.toThrow(UserError);
    await expect(diverging).rejects.toThrow(/diverged at iteration \d+ .*stepSize/);
  });

  test('stops with a reason when it diverges in its last step, which no objective follows', async () => {
    const planted = await plant(priors, 2);
    const diverging = solve(priors.signal, priors.distortion, planted.observation, {
      ...cpu,
      settings: settings({ iterations: 1, stepSize: 1e38 }),
    });
    await expect(diverging).rejects.toThrow(/diverged at its last iteration .*stepSize/);
  });

  test('refuses observations of another size', async () => {
    const wrong = float32([1, 81], new Float32Array(81));
    await expect(
      solve(priors.signal, priors.distortion, wrong, { ...cpu, settings: settings() }),
    ).rejects.toThrow(/expected observations of shape \[80\], got \[81\]/);
  });
});
