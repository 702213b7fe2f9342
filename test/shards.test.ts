// An evaluation by several processes, in one folder or in several, is the evaluation by one, byte for byte.
import { cp, rm, truncate } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workplace } from './demod.js';

// 13 pairs in batches of 2: seven batches, the last of them of another size.
const CONFIG = { solver: { iterations: 15 }, evaluation: { images: 13, batchSize: 2, figureColumns: 5 } };
const RESULTS = ['artifacts', 'smoke', 'eval'] as const;
const TRIALS = ['artifacts', 'smoke', 'trials', 'clean'] as const;
let undisturbed: Workplace;
/** The same before its evaluation. */
let trained: Workplace;

beforeAll(async () => {
  trained = await Workplace.createWithin(CONFIG);
  await trained.succeed('train');
  undisturbed = await Workplace.createWithin(CONFIG);
  await cp(trained.folder, undisturbed.folder, { recursive: true });
  await undisturbed.succeed('eval');
});
afterAll(() => Promise.all([trained, undisturbed].map(place => place.remove())));

async function expectSameResults(place: Workplace): Promise<void> {
  for (const name of ['metrics.json', 'images.csv', 'figure2.png', 'report.html', 'manifest.json']) {
    const [theirs, ours] = [await place.read(...RESULTS, name), await undisturbed.read(...RESULTS, name)];
    expect(theirs.equals(ours), name).toBe(true);
  }
}

test('shards that run at once in one folder, each with its own number of threads', async () => {
  const place = await trained.copy();
  const outcomes = await Promise.all(
    [1, 2, 3].map(index => {
      const args = ['eval', '--shard', `${index}/3`, '--threads', `${index}`];
      return place.start(...args).outcome;
    }),
  );
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(outcomes[0]!.stdout).toMatch(/^shard 1\/3: 5 of 13 pairs .* solved now/); // batches 1, 4 and 7
  expect(outcomes[2]!.stdout).toContain('demod eval --merge 3\n');
  await expect(place.read(...RESULTS, 'metrics.json')).rejects.toThrow('ENOENT');
  expect(await place.succeed('eval', '--merge', '3')).toMatch(/\n13 pairs of test images; medians/);
  await expectSameResults(place);
});

test('shards on different machines, joined on another', async () => {
  const places = [await trained.copy(), await trained.copy()];
  for (const [index, place] of places.entries()) await place.succeed('eval', '--shard', `${index + 1}/2`);
  const here = await trained.copy();
  const roots = places.map(place => place.path('artifacts'));
  await here.succeed('eval', '--merge', '2', '--from', ...roots);
  await expectSameResults(here);
});

test('a merge names the shards that are missing or damaged', async () => {
  const place = await undisturbed.copy();
  await rm(place.path(...TRIALS, 'ours', '0001'), { recursive: true });
  await rm(place.path(...TRIALS, 'paper', '0005'), { recursive: true });
  await truncate(place.path(...TRIALS, 'ours', '0002', 'recovery', 'recovery.safetensors'), 100);
  const { code, stdout, stderr } = await place.run('eval', '--merge', '4');
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^error: not complete: shard 2\/4, shard 3\/4 \(3 of 7 batches are missing.*\); run `demod eval --shard 2\/4` and so on, or name/m,
  );
  await place.succeed('eval', '--shard', '2/4');
  await place.succeed('eval', '--shard', '3/4');
  await place.succeed('eval', '--merge', '4');
  await expectSameResults(place);
});

test('a shard too many has nothing to do', async () => {
  const place = await trained.copy();
  expect(await place.succeed('eval', '--shard', '9/9')).toContain(
    'shard 9/9: 0 of 13 pairs of test images; there are only 7 batches',
  );
  expect(JSON.parse(await place.succeed('eval', '--shard', '9/9', '--json'))).toEqual({
    shard: '9/9',
    pairs: 0,
    of: 13,
    solved: 0,
  });
});

test.each([
  [['--shard', '4/3'], /--shard expects a part and the number of parts, as 3\/16, got "4\/3"/],
  [['--shard', '0/3'], /--shard expects/],
  [['--merge', 'all'], /--merge expects the number of shards, as 16, got "all"/],
  [['--shard', '1/2', '--merge', '2'], /give one of them/],
  [['--from', 'elsewhere'], /--from is for --merge/],
  [['--threads', '0'], /--threads \(or DEMOD_THREADS\) expects a whole number from 1 to 9999, got "0"/],
])('%j is not understood', async (args, message) => {
  const { code, stdout, stderr } = await trained.run('eval', ...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
});
