import { availableParallelism } from 'node:os';
import { float32, randomStream } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { compile } from '../src/compile.js';
import { cpusOfQuota } from '../src/node/threads.js';
import { threadCount, useThreads } from '../src/threads.js';

afterEach(() => {
  useThreads(undefined);
  vi.unstubAllEnvs();
});

test.each([
  ['max 100000', Number.POSITIVE_INFINITY],
  ['-1\n 100000\n', Number.POSITIVE_INFINITY],
  ['400000 100000\n', 4],
  ['250000 100000', 2],
  ['50000 100000', 1],
])('a container with the quota "%s" may use %d processors', (text, expected) => {
  expect(cpusOfQuota(text)).toBe(expected);
});

test('Slurm may give fewer processors than there are, but not more', () => {
  vi.stubEnv('SLURM_CPUS_PER_TASK', '1');
  expect(threadCount()).toBe(1);
  vi.stubEnv('SLURM_CPUS_PER_TASK', '4096');
  expect(threadCount()).toBeGreaterThanOrEqual(1);
  expect(threadCount()).toBeLessThanOrEqual(availableParallelism());
});

test('what was chosen counts', () => {
  vi.stubEnv('SLURM_CPUS_PER_TASK', '1');
  useThreads(3);
  expect(threadCount()).toBe(3);
});

test('a product has the same bits whatever the number of threads', async () => {
  const random = randomStream(1, 'threads');
  const input = {
    a: float32([96, 300], random.normals(96 * 300)),
    b: float32([300, 70], random.normals(300 * 70)),
  };
  const product = ({ a, b }: { a: Tensor; b: Tensor }) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
  const results = [];
  for (const count of [1, 2, 3]) {
    useThreads(count);
    const program = await compile(product, input, { device: 'cpu' });
    results.push((await program.run(input)).data);
    await program.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});
