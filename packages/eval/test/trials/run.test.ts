// The one loop: what it keeps, and what it does not compute again.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { float32 } from '@blind-demod/arrays';
import { DivergedError } from '@blind-demod/demod-core';
import { beforeEach, expect, test } from 'vitest';
import { alone, type Procedure, type Recovery, type Search } from '../../src/methods/method.js';
import { inBatches } from '../../src/trials/batches.js';
import { CLEAN } from '../../src/trials/conditions.js';
import { drawPairs } from '../../src/trials/pairs.js';
import { readScores, runTrials } from '../../src/trials/run.js';
import { type TrialStore, trialsIn } from '../../src/trials/store.js';
import { images, loaded, observation, temporaryFolder } from './example.js';

const tests = { signal: images.signal.test, distortion: images.distortion.test };
const seed = 1;

/** A search that notes the first pair of each batch it is given, and finds the observation. */
function search({
  device = 'cpu',
  refinement = 1,
  name = 'found',
} = {}): Search & { readonly calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    name,
    methods: [{ name, title: name }],
    settings: { refinement },
    searchSettings: { device },
    search: async ({ observation: y, first, trueDistortion }): Promise<Recovery> => {
      calls.push(first);
      const numbers = float32([y.shape[0]!], new Float32Array(y.shape[0]!));
      const objective = numbers;
      const [restartObjectives, trace] = [numbers, numbers].map(({ data }) =>
        float32([data.length, 1], data),
      );
      return {
        signal: y,
        distortion: trueDistortion,
        exposure: numbers,
        blackLevel: numbers,
        objective,
        restartObjectives: restartObjectives!,
        trace: trace!,
      };
    },
    read: async (_, { signal, distortion }) => ({ [name]: { signal, distortion } }),
  };
}

let folder: string;
let store: TrialStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = trialsIn([folder], loaded.experiment);
});

const tasksOf = (procedures: readonly Procedure[], count = 7) =>
  inBatches(drawPairs(seed, tests, count), 3).flatMap(batch =>
    procedures.map(procedure => ({ batch, condition: CLEAN, procedure })),
  );
const run = (
  procedures: readonly Procedure[],
  { count, ...options }: Parameters<typeof runTrials>[1] & { count?: number } = {},
) => runTrials({ tasks: tasksOf(procedures, count), images: tests, seed, store }, options);
const scoresFile = (batch: string, procedure = 'found') =>
  join(folder, 'clean', procedure, batch, 'scores.json');

test('a recovery is searched for once, for scores and for those who want recoveries, in either order', async () => {
  const [first, again, refinedAnew] = [search(), search(), search({ refinement: 2 })];
  expect((await run([first, alone(observation)])).solved.pairs).toBe(7);
  expect(first.calls).toEqual([0, 3, 6]);
  const { solved } = await run([again], { needs: 'recoveries' });
  expect(solved).toEqual({ pairs: 0, seconds: 0 });
  // Scores of another refinement are new, the recoveries are not.
  await run([refinedAnew]);
  expect([...again.calls, ...refinedAnew.calls]).toEqual([]);
  const scores = await readScores(store, tasksOf([refinedAnew]));
  expect(scores.found).toHaveLength(7);
  expect(scores.found![0]!.distortion!.whereSeen).toBe(0);
});

test('another device’s scores count; its recoveries do not, and the scores stay when they are made here', async () => {
  await run([search()]);
  const before = await readFile(scoresFile('0000'));
  const here = search({ device: 'js' });
  await run([here]);
  expect(here.calls).toEqual([]);
  await run([here], { needs: 'recoveries' });
  expect(here.calls).toEqual([0, 3, 6]);
  expect(await readFile(scoresFile('0000'))).toEqual(before);
});

test('a batch that is cut short does not displace a full one', async () => {
  await run([search()], { count: 9 });
  await run([search()], { count: 8 });
  const whole = search();
  await run([whole], { count: 9 });
  expect(whole.calls).toEqual([]);
  expect(JSON.parse(await readFile(scoresFile('0002-2'), 'utf8')).found).toHaveLength(2);
});

test('the last batch of scores that were kept under its number alone is found', async () => {
  const [short] = tasksOf([search()]).slice(-1);
  await store.scores.keep({ ...short!, batch: { ...short!.batch, isFull: true } }, { found: [] });
  expect(await store.scores.has(short!)).toBe(true);
});

test('training pairs are kept apart by what they depend on', async () => {
  const [task] = tasksOf([search()]);
  await run([search()]);
  expect(await store.scores.has(task!)).toBe(true);
  expect(await trialsIn([folder], loaded.experiment, 'training').scores.has(task!)).toBe(false);
});

test('scores of before a metric was there are read; what is no record is an error that names the place', async () => {
  const [task] = tasksOf([search()]);
  const old = { signal: { psnr: 1, ssim: 1, relativeError: 1, better: true }, seconds: 1 };
  const distortion = { relativeError: 1, whereSeen: 1 };
  await store.scores.keep(task!, { found: [{ ...old, distortion }] });
  expect(await store.scores.read(task!)).toEqual({ found: [{ ...old, distortion }] });
  const { whereSeen: _, ...less } = distortion;
  await store.scores.keep(task!, { found: [{ ...old, distortion: less as typeof distortion }] });
  await expect(store.scores.read(task!)).rejects.toThrow(
    /0000\/scores\.json: found\.0\.distortion\.whereSeen: .*; run the comparison again$/,
  );
});

test('where a search that diverges is a result, the others go on', async () => {
  const diverging: Search = {
    ...search({ name: 'lost' }),
    search: async () => {
      throw new DivergedError('at once', { stepSize: 1 });
    },
  };
  const other = search();
  const { diverged } = await run([diverging, other], { diverging: 'a result' });
  expect([...diverged]).toEqual([diverging]);
  expect(other.calls).toEqual([0, 3, 6]);
  await expect(run([diverging])).rejects.toThrow(DivergedError);
});

test('a file that was changed is computed again', async () => {
  await run([search()]);
  await writeFile(scoresFile('0001'), '{}');
  const again = search();
  expect((await run([again])).solved.pairs).toBe(0); // from its recovery
  expect((await readScores(store, tasksOf([again]))).found).toHaveLength(7);
});
