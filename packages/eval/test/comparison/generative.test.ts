import { float32, randomStream } from '@blind-demod/arrays';
import type { Generator } from '@blind-demod/dcgan';
import { refine, solve } from '@blind-demod/demod-core';
import { experimentSchema } from '@blind-demod/experiment';
import { beforeEach, expect, test, vi } from 'vitest';
import { observe } from '../../src/batches.js';
import { CONDITIONS, observedUnder } from '../../src/comparison/conditions.js';
import { generativeProcedures } from '../../src/comparison/generative.js';
import { allProcedures, withMethods } from '../../src/comparison/methods.js';
import { heldOutPairs } from '../../src/pairs.js';
import { images } from './example.js';

vi.mock('@blind-demod/demod-core', async original => ({
  ...(await original<typeof import('@blind-demod/demod-core')>()),
  solve: vi.fn(),
}));

/** One affine layer on a grid of 4×4, and one to 16×16. */
function generator(name: string): Generator {
  const draw = (...shape: number[]) =>
    float32(shape, randomStream(1, name).normals(shape.reduce((a, b) => a * b, 1)));
  return {
    architecture: 'dcgan',
    latentDimension: 3,
    imageShape: [1, 8, 8],
    outputRange: [0, 1],
    parameters: [
      { weight: draw(3, 2 * 16), bias: draw(2) },
      { weight: draw(2, 1, 4, 4), bias: draw(1) },
    ],
  };
}

const generators = { signal: generator('signal'), distortion: generator('distortion') };
const experiment = experimentSchema.parse({
  imageSize: 16,
  solver: { iterations: 7, refinement: { smoothing: 3, detail: 1e6 } }, // the images themselves are noise
});
const tests = { signal: images.signal.test, distortion: images.distortion.test };
const truth = observe(tests, heldOutPairs(1, tests, 3));
const missing = CONDITIONS.find(({ name }) => name === 'missing-30')!;
const problem = observedUnder(missing, truth, { seed: 1, first: 9 });
/** What the solver is made to find. */
const found = {
  signal: float32(
    truth.signal.shape,
    truth.signal.data.map(w => 0.9 * w),
  ),
  distortion: float32(
    truth.distortion.shape,
    truth.distortion.data.map((x, i) => x * (1 + 0.1 * Math.sin(i))),
  ),
};
const all = () => generativeProcedures(experiment, { generators, device: 'js' });

beforeEach(() => {
  vi.mocked(solve).mockReset();
  vi.mocked(solve).mockResolvedValue(found as Awaited<ReturnType<typeof solve>>);
});

async function estimatesOf(name: string) {
  const procedure = all().find(candidate => candidate.name === name)!;
  const estimates = await procedure.recover(problem, () => {});
  return { estimates, calls: vi.mocked(solve).mock.calls };
}

test('the paper’s solver is the schema’s default: 500 iterations, step size 1, momentum 0.9, one start', async () => {
  const { estimates, calls } = await estimatesOf('paper');
  const settings = calls[0]![3].settings;
  expect(settings).toEqual({
    ...experimentSchema.parse({}).solver,
    refinement: experiment.solver.refinement,
  });
  expect(settings).toMatchObject({
    ...{ iterations: 500, stepSize: 1, momentum: 0.9, restarts: 1 },
    ...{ signCheck: true, balance: true, latentPenalty: 0 },
  });
  expect(estimates.paper).toEqual(found);
});

test('two-generator descent has a penalty, and neither sign check nor balance', async () => {
  const { estimates, calls } = await estimatesOf('two-generators');
  const { settings } = calls[0]![3];
  expect(settings).toMatchObject({ signCheck: false, balance: false, iterations: 500 });
  expect(settings.latentPenalty).toBeGreaterThan(0);
  expect(estimates['two-generators']).toEqual(found);
});

test('the experiment’s solver is run once for its three methods, of which one is refined', async () => {
  const { estimates, calls } = await estimatesOf('ours');
  expect(calls).toHaveLength(1);
  expect(calls[0]![3].settings).toEqual(experiment.solver);
  const refined = refine({ ...problem, ...found }, experiment.solver.refinement);
  expect(estimates.ours).toEqual(found);
  expect(estimates['ours-refined']).toEqual(refined);
  expect(refined.distortion).not.toEqual(found.distortion);
});

test('the ceiling divides by the true distortion where a pixel was observed, and estimates none', async () => {
  const { ceiling } = (await estimatesOf('ours')).estimates;
  expect(Object.keys(ceiling!)).toEqual(['signal']);
  ceiling!.signal!.data.forEach((value, i) => {
    const expected = problem.observed!.data[i] === 0 ? found.signal.data[i]! : truth.signal.data[i]!;
    // λ is 0.001 and x at least 0.2: at most λ / (x² + λ) of the generator's error of at most 0.1.
    expect(Math.abs(value - expected)).toBeLessThan(0.01);
  });
});

test.each(['two-generators', 'paper', 'ours'])(
  '%s is given what was observed, and its numbers',
  async name => {
    const { calls } = await estimatesOf(name);
    expect(calls[0]![2]).toBe(problem.observation);
    expect(calls[0]![3]).toMatchObject({ first: 9, observed: problem.observed, seed: experiment.seed });
  },
);

test('scores that were kept before a solve had another method are not taken for current ones', async () => {
  const { estimates } = await estimatesOf('ours');
  const { settings, methods } = all().find(({ name }) => name === 'ours')!;
  expect(settings).toMatchObject({ methods: Object.keys(estimates) });
  expect(methods.map(({ name }) => name)).toEqual(Object.keys(estimates));
});

test('progress is told as a fraction', async () => {
  vi.mocked(solve).mockImplementation(async (_signal, _distortion, _observation, { onIteration }) => {
    for (const done of [1, 4])
      await onIteration?.({ done, total: 4, objective: 0, codes: () => Promise.reject() });
    return found as Awaited<ReturnType<typeof solve>>;
  });
  const fractions: number[] = [];
  await all()[0]!.recover(problem, fraction => fractions.push(fraction));
  expect(fractions).toEqual([0.25, 1]);
});

test('each depends on the generators and on the refinement, but not on the device', () => {
  const settings = (procedures: ReturnType<typeof all>) =>
    Object.fromEntries(procedures.map(procedure => [procedure.name, procedure.settings]));
  const before = settings(all());
  const retrained = settings(
    generativeProcedures(experiment, {
      generators: { ...generators, distortion: generator('another') },
      device: 'js',
    }),
  );
  const { solver } = experimentSchema.parse({ solver: { refinement: { smoothing: 1 } } });
  const refinedAnew = settings(generativeProcedures({ ...experiment, solver }, { generators, device: 'js' }));
  expect(settings(generativeProcedures(experiment, { generators, device: 'webgpu' }))).toEqual(before);
  for (const name of Object.keys(before)) {
    expect(retrained[name], name).not.toEqual(before[name]);
    expect(refinedAnew[name], name).not.toEqual(before[name]);
  }
});

test('methods are chosen by name, each name is there once, and a solve that none needs is left out', () => {
  const procedures = allProcedures(experiment, { images, generators, device: 'js' });
  const names = procedures.flatMap(({ methods }) => methods.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('observation');
  const some = withMethods(procedures, ['ours-refined', 'observation']);
  expect(some.map(({ name, methods }) => [name, methods.map(method => method.name)])).toEqual([
    ['observation', ['observation']],
    ['ours', ['ours-refined']],
  ]);
});
