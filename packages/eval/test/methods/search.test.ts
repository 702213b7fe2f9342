import { float32 } from '@blind-demod/arrays';
import { distortionDeviation, refine, solve } from '@blind-demod/demod-core';
import { experimentSchema } from '@blind-demod/experiment';
import { beforeEach, expect, test, vi } from 'vitest';
import { allProcedures, SOLVERS, withMethods } from '../../src/methods/index.js';
import type { Means, ProcedureOf, Search } from '../../src/methods/method.js';
import { observe } from '../../src/trials/batches.js';
import { CONDITIONS, observedUnder } from '../../src/trials/conditions.js';
import { drawPairs } from '../../src/trials/pairs.js';
import { images } from '../trials/example.js';
import { generator, generators } from './example.js';

vi.mock('@blind-demod/demod-core', async original => ({
  ...(await original<typeof import('@blind-demod/demod-core')>()),
  solve: vi.fn(),
  distortionDeviation: vi.fn(),
}));

const experiment = experimentSchema.parse({
  imageSize: 16,
  solver: { iterations: 7, refinement: { smoothing: 3, detail: 1e6 } }, // the images themselves are noise
});
const tests = { signal: images.signal.test, distortion: images.distortion.test };
const truth = observe(tests, drawPairs(1, tests, 3));
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
/** As the solver tells it, and as it is kept. */
const solved = {
  ...found,
  exposure: Float32Array.of(1, 1, 1),
  blackLevel: new Float32Array(3),
  objective: Float32Array.of(1, 2, 3),
  signalCode: float32([3, 2], Float32Array.of(1, 2, 1, 2, 1, 2)),
  trace: [Float32Array.of(4, 5, 6), Float32Array.of(7, 8, 9)],
};
const deviation = float32(found.distortion.shape, new Float32Array(found.distortion.data.length).fill(0.02));
const training = { signal: images.signal.train, distortion: images.distortion.train };
const means: Means = { experiment, training, generators, device: 'js' };
/** The solvers, made of these and of what is changed. */
const all = (changes: Partial<Means> = {}) =>
  Object.values<ProcedureOf>(SOLVERS).map(solver => solver({ ...means, ...changes })) as Search[];

beforeEach(() => {
  vi.mocked(solve).mockReset();
  vi.mocked(distortionDeviation).mockResolvedValue(deviation);
  vi.mocked(solve).mockImplementation(async (_signal, _distortion, _observation, options) => {
    for (const done of [1, 4])
      await options.onIteration?.({ done, total: 4, objective: 0, codes: () => Promise.reject() });
    const restartObjectives = new Float32Array(3 * options.settings.restarts);
    return { ...solved, restartObjectives } as unknown as Awaited<ReturnType<typeof solve>>;
  });
});

async function estimatesOf(name: string) {
  const procedure = all().find(candidate => candidate.name === name)!;
  const recovery = await procedure.search(problem, () => {});
  return { recovery, estimates: await procedure.read(problem, recovery), calls: vi.mocked(solve).mock.calls };
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
  const refined = refine(
    { ...problem, ...found, distortionDeviation: deviation },
    experiment.solver.refinement,
  );
  expect(estimates.ours).toEqual({ ...found, deviations: { distortion: deviation } });
  expect(estimates['ours-refined']).toEqual({
    ...{ signal: refined.signal, distortion: refined.distortion },
    deviations: { signal: refined.signalDeviation, distortion: deviation },
    confidence: expect.any(Float32Array),
  });
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
  const fractions: number[] = [];
  await all()[0]!.search(problem, fraction => fractions.push(fraction));
  expect(fractions).toEqual([0.25, 1]);
});

test('a recovery is kept by pair: its trace, and where its starts ended', async () => {
  const { recovery } = await estimatesOf('paper');
  expect(recovery).toMatchObject(found);
  expect(recovery.trace).toEqual(float32([3, 2], Float32Array.of(4, 7, 5, 8, 6, 9)));
  expect(recovery.restartObjectives.shape).toEqual([3, 1]);
  expect(recovery.distortionDeviation).toBeUndefined();
  expect((await estimatesOf('ours')).recovery.distortionDeviation).toBe(deviation);
});

const changes = {
  retrained: { generators: { ...generators, distortion: generator('another') } },
  refinedAnew: {
    experiment: experimentSchema.parse({ solver: { iterations: 7, refinement: { smoothing: 1 } } }),
  },
  elsewhere: { device: 'cpu' },
} as const satisfies Record<string, Partial<Means>>;

test('scores depend on the generators and on the refinement, but not on the device', () => {
  const settings = (procedures: Search[]) => procedures.map(procedure => procedure.settings);
  expect(settings(all(changes.elsewhere))).toEqual(settings(all()));
  for (const [index, before] of settings(all()).entries()) {
    expect(settings(all(changes.retrained))[index]).not.toEqual(before);
    expect(settings(all(changes.refinedAnew))[index]).not.toEqual(before);
  }
});

test('a recovery depends on the generators and on the device, but not on the refinement', () => {
  const settings = (procedures: Search[]) => procedures.map(procedure => procedure.searchSettings);
  expect(settings(all(changes.refinedAnew))).toEqual(settings(all()));
  for (const [index, before] of settings(all()).entries()) {
    expect(settings(all(changes.retrained))[index]).not.toEqual(before);
    expect(settings(all(changes.elsewhere))[index]).not.toEqual(before);
  }
});

test('an experiment whose own solver is the paper’s has it once, and called so', () => {
  const procedures = allProcedures({ ...means, experiment: experimentSchema.parse({}) });
  const solvers = procedures.filter(procedure => 'search' in procedure);
  expect(solvers.map(({ name }) => name)).toEqual(['two-generators', 'ours']);
  expect(solvers[1]!.methods[0]).toEqual({ name: 'ours', title: 'the paper’s solver' });
});

test('methods are chosen by name, each name is there once, and a solve that none needs is left out', () => {
  const procedures = allProcedures(means);
  const names = procedures.flatMap(({ methods }) => methods.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('observation');
  const some = withMethods(procedures, ['ours-refined', 'observation']);
  expect(some.map(({ name, methods }) => [name, methods.map(method => method.name)])).toEqual([
    ['observation', ['observation']],
    ['ours', ['ours-refined']],
  ]);
});

test('a denoiser refines the experiment’s own solver alone, and its scores depend on it', async () => {
  const zeros = (...shape: number[]) => float32(shape, new Float32Array(shape.reduce((a, b) => a * b)));
  const layer = (out: number, from: number) => ({ weight: zeros(out, from, 3, 3), bias: zeros(out) });
  const denoiser = {
    denoiser: { drawnSize: 16, layers: [layer(2, 4), layer(2, 2)] },
    folder: '',
    sha256: 'of its file',
    generators: { signal: '', distortion: '' },
  };
  const refinedBy = async (changes: Partial<Means>) => {
    const told: Record<string, Float32Array> = {};
    for (const procedure of all(changes)) {
      const recovery = await procedure.search(problem, () => {});
      told[procedure.name] = (await procedure.read(problem, recovery))[`${procedure.name}-refined`]!
        .signal!.data;
    }
    return told;
  };
  const [without, more] = [await refinedBy({}), await refinedBy({ denoiser })];
  expect(more.paper).toEqual(without.paper);
  expect(more['two-generators']).toEqual(without['two-generators']);
  expect(more.ours).not.toEqual(without.ours);
  const settings = (changes: Partial<Means>) => all(changes).find(({ name }) => name === 'ours')!.settings;
  expect(settings({ denoiser })).toEqual({ ...settings({}), denoiser: 'of its file' });
});
