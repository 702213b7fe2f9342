// A comparison of all methods: what it leaves, how it goes on, and what is wrong on its command line.
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workplace } from './demod.js';

const FOLDER = ['artifacts', 'smoke', 'compare'] as const;
const SOME = ['--methods', 'observation,ours,ours-refined,ceiling', '--conditions', 'clean,missing-30'];
let workplace: Workplace;

beforeAll(async () => {
  workplace = await Workplace.createWithin({ evaluation: { images: 3, batchSize: 2 } });
  await workplace.succeed('train');
  await workplace.succeed('compare', ...SOME);
});
afterAll(() => workplace.remove());

test('writes and prints a table for each condition', async () => {
  const files = await readdir(workplace.path(...FOLDER));
  for (const kind of ['json', 'csv', 'md', 'svg']) expect(files).toContain(`comparison.${kind}`);
  const printed = await workplace.succeed('compare', ...SOME);
  expect(printed).toMatch(/^clean\n\+-.*\n\n30 % missing\n\+-.*\n3 pairs of test images/s);
  expect(printed.match(/^\| this solver, refined /gm)).toHaveLength(2);
  const markdown = (await workplace.read(...FOLDER, 'comparison.md')).toString();
  expect(markdown).toContain('## Condition: 30 % missing');
});

test('goes on: a second comparison computes nothing, more images or methods only what is new', async () => {
  const place = await workplace.copy();
  const read = () => place.read(...FOLDER, 'comparison.csv').then(String);
  const before = await read();
  const { code, stderr } = await place.run('compare', ...SOME);
  expect(code).toBe(0);
  expect(stderr).not.toContain('recovering');
  expect(await read()).toBe(before);

  const more = await place.run('compare', ...SOME, '--images', '4');
  expect(more.stderr).toMatch(/^recovering .*: 16\/32$/m); // two pairs of each; the batch of one is now of two
  const clean = (csv: string) => csv.split('\r\n').filter(line => /^clean,ours,[01],/.test(line));
  expect(clean(await read())).toEqual(clean(before));
  expect(clean(before)).toHaveLength(2);
});

test('what an evaluation solved, a comparison does not solve again, and the reverse', async () => {
  const place = await workplace.copy();
  const SOLVERS = ['--methods', 'paper,paper-refined,ours,ours-refined', '--conditions', 'clean'];
  const first = await place.succeed('eval');
  expect(first).toContain('3 pairs of test images, 3 recoveries solved now'); // the paper's: ours were compared
  expect((await place.run('compare', ...SOLVERS)).stderr).not.toContain('recovering');

  const other = await workplace.copy();
  await other.succeed('compare', ...SOLVERS);
  const printed = await other.succeed('eval');
  expect(printed).toContain('3 pairs of test images; medians');
  expect(printed).toBe(await place.succeed('eval'));
});

test('with --json, the summaries by condition and method', async () => {
  const { pairs, conditions, files } = JSON.parse(await workplace.succeed('compare', ...SOME, '--json'));
  expect(pairs).toBe(3);
  expect(Object.keys(conditions)).toEqual(['clean', 'missing-30']);
  expect(Object.keys(conditions.clean)).toEqual(['observation', 'ours', 'ours-refined', 'ceiling']);
  expect(conditions.clean.ceiling.signal.psnr.median).toBeGreaterThan(
    conditions.clean['ours-refined'].signal.psnr.median,
  );
  expect(files.plot).toBe('artifacts/smoke/compare/comparison.svg');
});

test('where all methods look for a light alone, nothing need be trained', async () => {
  const place = await Workplace.createWithin({ evaluation: { images: 4, batchSize: 4 } });
  const options = ['--methods', 'observation,correct', '--conditions', 'shared-4', '--json'];
  const { conditions } = JSON.parse(await place.succeed('compare', ...options));
  expect(Object.keys(conditions)).toEqual(['shared-4']);
  expect(Object.keys(conditions['shared-4'])).toEqual(['observation', 'correct']);
  const { code, stderr } = await place.run('compare', '--methods', 'basic', '--conditions', 'clean');
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^error: BaSiC needs at least 2 pictures of one light/m),
  ]);
  await place.remove();
});

test.each([
  [
    ['--methods', 'paper,magic'],
    /^error: --methods: there is no "magic"; there are observation, .*ours-refined/m,
  ],
  [
    ['--conditions', 'fog'],
    /^error: --conditions: there is no "fog"; there are clean, noise-1, .*missing-30/m,
  ],
  [['--images', '0'], /^error: --images expects a whole number of at least 1, or "all", got "0"/m],
])('%s is a line that names what there is', async (options, message) => {
  const { code, stdout, stderr } = await workplace.run('compare', ...options);
  expect(stderr).toMatch(message);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});
