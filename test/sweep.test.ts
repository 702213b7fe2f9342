// demod sweep: a leaderboard of many experiments, by processes or by Slurm, whatever happens on the way.
import { access, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Workplace } from './demod.js';
import { missingPrograms, SlurmNode } from './slurm-node.js';
import { CONFIGS, expectSameSweep, OUT, sweepPlace } from './sweep.js';

const SWEEP = ['sweep', ...CONFIGS, '--out', OUT];
let undisturbed: Workplace;

const missing = missingPrograms();
if (missing.length > 0) {
  console.warn(`--launcher slurm is not tested: no ${missing.join(', ')} (Debian: slurm-wlm, munge)`);
}

beforeAll(async () => {
  undisturbed = await sweepPlace();
  const { code, stdout, stderr } = await undisturbed.run(...SWEEP);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^\| 1 \| (one|two) /m);
  expect(stdout).toMatch(/^\| {3}\| hungry +\|/m);
  expect(stderr).toMatch(/error: 1 of 3 runs failed; the leaderboard has the reasons\n$/);
});
afterAll(() => undisturbed.remove());

test('a failed run is a row with its reason, and the others link to their reports', async () => {
  const reason = 'hungry.json: signal.training.batchSize is 1000, but there are only 111 training images';
  const csv = (await undisturbed.read(OUT, 'leaderboard.csv')).toString();
  expect(csv).toContain(`"${reason}"`);
  const page = (await undisturbed.read(OUT, 'leaderboard.html')).toString();
  expect(page).toContain(reason);
  const links = [...page.matchAll(/href="(runs[^"]+)"/g)].map(([, link]) => link!);
  expect(links.sort()).toEqual(['runs/one/eval/report.html', 'runs/two/eval/report.html']);
  for (const link of links) await access(undisturbed.path(OUT, link));
});

test('what is done is not done again, and what failed is', async () => {
  const copy = await undisturbed.copy();
  const before = await copy.read(OUT, 'runs', 'one', 'run', 'manifest.json');
  const { stdout, stderr } = await copy.run(...SWEEP, '--json');
  expect(stderr).toMatch(/^3 runs of 3 configs, .*; 2 are done already\./);
  expect(JSON.parse(stdout).configs).toHaveLength(3);
  expect(await copy.read(OUT, 'runs', 'one', 'run', 'manifest.json')).toEqual(before);
  await expectSameSweep(copy, undisturbed);
});

test('killed with all of its processes, it goes on to the same leaderboard', async () => {
  const place = await sweepPlace();
  onTestFinished(() => place.remove());
  const { child, outcome } = place.start(...SWEEP);
  const checkpoint = place.path(OUT, 'runs', 'one', 'signal', 'checkpoint.safetensors');
  await vi.waitFor(() => access(checkpoint), { timeout: 60_000, interval: 20 });
  child.kill('SIGKILL');
  await outcome;
  await place.run(...SWEEP);
  await expectSameSweep(place, undisturbed);
});

test.skipIf(missing.length > 0)(
  'on Slurm, with its launcher stopped, a task killed and a log lost, it is the same leaderboard',
  async () => {
    const node = await SlurmNode.start();
    onTestFinished(() => node.stop());
    vi.stubEnv('SLURM_CONF', node.env.SLURM_CONF);
    onTestFinished(() => void vi.unstubAllEnvs());
    const place = await sweepPlace();
    onTestFinished(() => place.remove());
    await writeFile(place.path('slurm.json'), JSON.stringify({ memory: '1G', cpus: 1, poll: 0.5 }));
    const onSlurm = [...SWEEP, '--launcher', 'slurm', '--slurm', 'slurm.json'];

    const first = place.start(...onSlurm);
    let told = '';
    first.child.stderr.on('data', text => {
      told += text;
    });
    const patience = { timeout: 90_000, interval: 50 };
    const checkpoint = place.path(OUT, 'runs', 'one', 'signal', 'checkpoint.safetensors');
    await vi.waitFor(() => access(checkpoint), patience);
    await node.command('scancel', '--signal=KILL', '--full', '1_0');
    await vi.waitFor(() => expect(told).toMatch(/one: .*; submitted again/), patience);
    expect(told).toMatch(/submitted: 2 tasks as job 1; .*\n.*submitted: 1 tasks as job /);
    await vi.waitFor(() => expect(told.match(/submitted: /g)).toHaveLength(3), patience);
    first.child.kill('SIGINT');
    await first.outcome;
    await rm(place.path(OUT, 'logs', 'two.log'), { force: true });

    const { code, stderr } = await place.run(...onSlurm);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\d tasks are in the queue already; waiting for them/);
    expect(stderr).toMatch(/error: 1 of 3 runs failed/);
    await expectSameSweep(place, undisturbed);
  },
  300_000,
);

test('seeds are runs of their own, and intervals are over them', async () => {
  const copy = await undisturbed.copy();
  await copy.succeed('sweep', 'one.json', '--out', OUT, '--seeds', '2', '--images', '4');
  const { configs } = JSON.parse((await copy.read(OUT, 'leaderboard.json')).toString());
  const [{ measures, runs }] = configs;
  expect(runs.map((run: { name: string }) => run.name)).toEqual(['one', 'one-seed-2']);
  const psnrs = runs.map((run: { estimates: { refined: { psnr: { median: number } } } }) => {
    return run.estimates.refined.psnr.median;
  });
  const [low, high] = measures.refinedPsnr.interval;
  expect(measures.refinedPsnr.value).toBeCloseTo((psnrs[0] + psnrs[1]) / 2, 3);
  // t of one degree of freedom is 12.706; the deviation of two values is their distance by √2.
  expect((high - low) / 2).toBeCloseTo((12.706 * Math.abs(psnrs[0] - psnrs[1])) / 2, 2);
});

test('the command line', async () => {
  const of = (...args: string[]) => undisturbed.run(...args);
  const [missing, twice, alike] = await Promise.all([
    of('sweep', 'one.json'),
    of(...SWEEP, '--out', 'elsewhere'),
    of('sweep', 'one.json', './one.json', '--out', OUT),
  ]);
  expect([missing.code, twice.code, alike.code]).toEqual([2, 2, 1]);
  expect(missing.stderr).toMatch(/^error: Missing required argument: out/m);
  expect(twice.stderr).toMatch(/^error: --out is given twice/m);
  expect(alike.stderr).toMatch(/^error: one\.json and \.\/one\.json have the same name/m);
});
