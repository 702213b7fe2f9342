// Programs that are stopped in the middle: what they left goes on to the result of an undisturbed run.

import { rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomStream } from '@blind-demod/arrays';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, Workplace } from './demod.js';

const CONFIG = {
  signal: {
    images: { source: 'mnist', count: 400 },
    network: { latentDimension: 16, generatorMaps: 8, discriminatorMaps: 8 },
    training: { epochs: 8, batchSize: 16, snapshotEvery: 5, checkpointEvery: 7 },
  },
  solver: { iterations: 60 },
  evaluation: { images: 20, batchSize: 2, figureColumns: 3 },
};
let undisturbed: Workplace;

beforeAll(async () => {
  undisturbed = await Workplace.createWithin(CONFIG);
  await undisturbed.succeed('train');
  await undisturbed.succeed('eval');
});
afterAll(() => undisturbed.remove());

test('a training killed again and again ends in the same bytes', async () => {
  const place = await Workplace.createWithin(CONFIG);
  const folder = ['artifacts', 'smoke', 'signal'];
  const checkpoint = place.path(...folder, 'checkpoint.safetensors');
  const scores = place.path(...folder, 'snapshots', 'epoch-005.train.json');
  for (let round = 0; round < 5; round++) {
    const running = place.start('train', 'signal');
    // The first is killed wherever it happens to be, the others some time after they wrote a checkpoint, and the last
    // when the training is over, between the scores of its two snapshots.
    if (round > 0) await changed(running, round < 4 ? checkpoint : scores);
    await sleep(randomStream(11, 'kill', round).integer(round === 0 ? 1000 : 150));
    running.child.kill('SIGKILL');
    expect((await running.outcome).signal).toBe('SIGKILL');
  }
  const { code, stderr } = await place.run('train');
  expect(code).toBe(0);
  expect(stderr).toMatch(/^training signal: 176\/176$/m); // it did go on where it was
  expect(stderr).toMatch(/^scoring signal, epoch 8, training images: /m);
  expect(stderr).not.toMatch(/^scoring signal, epoch 5, training images: /m);
  for (const name of [
    'generator.safetensors',
    'generator.onnx',
    'losses.jsonl',
    'representation.json',
    'model-card.md',
    'manifest.json',
  ]) {
    const path = [...folder, name];
    expect((await place.read(...path)).equals(await undisturbed.read(...path)), name).toBe(true);
  }
  await place.remove();
});

test('an evaluation killed in the middle ends in the same results', async () => {
  const place = await undisturbed.copy();
  const results = ['artifacts', 'smoke', 'eval'];
  const trials = ['artifacts', 'smoke', 'trials'];
  for (const folder of [results, trials]) await rm(place.path(...folder), { recursive: true });
  const running = place.start('eval');
  await changed(running, place.path(...trials, 'clean', 'ours', '0002', 'manifest.json'));
  running.child.kill('SIGKILL');
  expect((await running.outcome).signal).toBe('SIGKILL');
  await expect(place.read(...results, 'metrics.json')).rejects.toThrow('ENOENT');

  const { code, stderr } = await place.run('eval');
  expect(code).toBe(0);
  const [, before] = /^recovering .*: (\d+)\/100$/m.exec(stderr) ?? [];
  expect(Number(before)).toBeGreaterThanOrEqual(3 * 2 * 5); // pairs of three batches, by the five methods of two solvers
  for (const name of ['metrics.json', 'images.csv', 'figure2.png', 'report.html', 'manifest.json']) {
    const path = [...results, name];
    expect((await place.read(...path)).equals(await undisturbed.read(...path)), name).toBe(true);
  }
});

test('Ctrl-C ends a training at once', async () => {
  const place = await Workplace.create(CONFIG);
  const running = place.start('train', 'signal');
  await changed(running, place.path('artifacts', 'smoke', 'signal', 'checkpoint.safetensors'));
  const start = performance.now();
  running.child.kill('SIGINT');
  const { signal } = await running.outcome;
  expect(signal).toBe('SIGINT'); // for which shells report 130
  expect(performance.now() - start).toBeLessThan(2000);
  await place.remove();
});

/** Waits until a file appears or is written anew. */
async function changed({ child }: Running, file: string): Promise<void> {
  const modified = () =>
    stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  const before = await modified();
  while ((await modified()) === before) {
    if (child.exitCode !== null) throw new Error(`the program ended before it wrote ${file}`);
    await sleep(5);
  }
}
