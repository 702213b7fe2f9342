// train, eval and compare divided among tasks: the same files as from one process. On Slurm where there is one, else by
// processes of this machine; what a sweep does with both is in sweep.test.ts.
import { writeFile } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Workplace } from './demod.js';
import { missingPrograms, SlurmNode } from './slurm-node.js';
import { sweepPlace } from './sweep.js';

/** With one thread each: a manifest tells with how many a generator was trained. */
const SMALL = ['--config', 'one.json', '--threads', '1'];
const COMPARE = ['compare', ...SMALL, '--methods', 'observation,ours', '--conditions', 'clean'];
const FILES = [
  'signal/generator.safetensors',
  'signal/manifest.json',
  'distortion/manifest.json',
  'eval/metrics.json',
  'eval/images.csv',
  'eval/report.html',
];

/** What a comparison found, but for how long it took. */
async function scoresOf(place: Workplace): Promise<unknown> {
  const file = await place.read('artifacts', 'one', 'compare', 'comparison.json');
  return JSON.parse(file.toString().replace(/"secondsPerImage": [\d.e-]+/g, '"secondsPerImage": 0'));
}

test('tasks leave what one process leaves', async () => {
  const [alone, divided] = [await sweepPlace(), await sweepPlace()];
  onTestFinished(async () => void (await Promise.all([alone.remove(), divided.remove()])));
  await alone.succeed('train', ...SMALL);
  await alone.succeed('eval', ...SMALL);
  await alone.succeed(...COMPARE);

  let launcher = ['--launcher', 'local'];
  if (missingPrograms().length === 0) {
    const node = await SlurmNode.start();
    onTestFinished(() => node.stop());
    vi.stubEnv('SLURM_CONF', node.env.SLURM_CONF);
    onTestFinished(() => void vi.unstubAllEnvs());
    await writeFile(divided.path('slurm.json'), JSON.stringify({ memory: '1G', cpus: 1, poll: 0.5 }));
    launcher = ['--launcher', 'slurm', '--slurm', 'slurm.json'];
  }
  await divided.succeed('train', ...SMALL, ...launcher);
  // Two batches: the third shard has nothing to do.
  await divided.succeed('eval', ...SMALL, ...launcher, '--shards', '3');
  const { stderr } = await divided.run(...COMPARE, ...launcher, '--shards', '2');
  expect(stderr).toContain('shards: 2/2');

  for (const file of FILES) {
    const path = ['artifacts', 'one', ...file.split('/')];
    expect((await divided.read(...path)).equals(await alone.read(...path)), file).toBe(true);
  }
  expect(await scoresOf(divided)).toEqual(await scoresOf(alone));
}, 300_000); // twelve processes, one after the other

test.each([
  [['eval', '--shards', '2'], /--shards is for --launcher/],
  [['eval', '--launcher', 'slurm'], /--launcher slurm needs --shards/],
  [['eval', '--launcher', 'local', '--shard', '1/2'], /leave out --shard/],
  [['compare', '--jobs', '2'], /--jobs is for --launcher local/],
])('%j is not understood', async (args, message) => {
  const place = await sweepPlace();
  onTestFinished(() => place.remove());
  const { code, stderr } = await place.run(...args, ...SMALL);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
