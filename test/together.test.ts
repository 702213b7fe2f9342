// Two programs in the same folder: the second is refused at once, or waits for what it needs.

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

  const [second, evaluation] = await Promise.all([place.run('train', 'signal'), place.run('eval')]);
  expect(second.code).toBe(1);
  expect(second.stdout).toBe('');
  expect(second.stderr).toMatch(
    /^error: training of the signal is under way there, by process \d+ \(artifacts.smoke.signal\.lock\); [^\n]*\n$/,
  );

  expect(evaluation.stderr).toMatch(/^waiting: training of the signal is under way there, by process \d+/m);
  expect(evaluation.code).toBe(0);
  expect((await training.outcome).code).toBe(0);
  await expect(stat(lock)).rejects.toThrow('ENOENT');
});

test('a second evaluation in the same folder is refused at once', async () => {
  await rm(place.path('artifacts', 'smoke', 'trials'), { recursive: true });
  const first = place.start('eval', '--images', '8');
  const lock = place.path('artifacts', 'smoke', 'eval.lock');
  while (!(await stat(lock).catch(() => undefined))) await sleep(20);
  const second = await place.run('eval');
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^error: evaluation is under way there, by process \d+ /m);
  expect((await first.outcome).code).toBe(0);
});
