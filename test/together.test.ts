// Two programs in the same folder: the second is refused at once, or waits for what it needs.

import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workplace } from './demod.js';

let place: Workplace;
beforeAll(async () => {
  // Long enough for the others to come meanwhile.
  const training = { epochs: 8, batchSize: 16, snapshotEvery: 8, checkpointEvery: 50 };
  const network = { latentDimension: 16, generatorMaps: 8, discriminatorMaps: 8 };
  place = await Workplace.create({
    signal: { images: { source: 'mnist', count: 400 }, network, training },
    solver: { iterations: 300 },
  });
});
afterAll(() => place.remove());

test('a second training of the same generators is refused at once; an evaluation waits for the first', async () => {
  const training = place.start('train');
  const lock = place.path('artifacts', 'smoke', 'signal.lock');
  while (!(await stat(lock).catch(() => undefined))) await sleep(20);

  // It stands still until both others have seen it: it may need less time than they take to start.
  training.child.kill('SIGSTOP');
  const evaluation = place.start('eval');
  const told = once(evaluation.child.stderr, 'data');
  const second = await place.run('train', 'signal');
  await told;
  training.child.kill('SIGCONT');
  const waited = await evaluation.outcome;
  expect(second.code).toBe(1);
  expect(second.stdout).toBe('');
  expect(second.stderr).toMatch(
    /^error: training of the signal is under way there, by process \d+ \(artifacts.smoke.signal\.lock\); [^\n]*\n$/,
  );

  expect(waited.stderr).toMatch(/^waiting: training of the signal is under way there, by process \d+/m);
  expect(waited.code).toBe(0);
  expect((await training.outcome).code).toBe(0);
  await expect(stat(lock)).rejects.toThrow('ENOENT');
});

test('a second evaluation in the same folder is refused at once', async () => {
  await rm(place.path('artifacts', 'smoke', 'trials'), { recursive: true });
  const first = place.start('eval', '--images', '8');
  const lock = place.path('artifacts', 'smoke', 'eval.lock');
  while (!(await stat(lock).catch(() => undefined))) await sleep(20);
  // The first stands still meanwhile: it may need less time than the second takes to start.
  first.child.kill('SIGSTOP');
  const second = await place.run('eval').finally(() => first.child.kill('SIGCONT'));
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^error: evaluation is under way there, by process \d+ /m);
  expect((await first.outcome).code).toBe(0);
});
