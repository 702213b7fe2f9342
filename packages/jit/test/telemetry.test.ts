// ONNX Runtime keeps to itself what it sees: a process that computes leaves no trace of its telemetry.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const PROGRAM = `
  import { float32 } from '@blind-demod/arrays';
  import { compile } from '@blind-demod/jit';
  import * as tf from '@tensorflow/tfjs-core';
  const x = float32([2], Float32Array.of(1, 2));
  const double = await compile(input => tf.add(input, input), x, { device: 'cpu' });
  console.log([...(await double.run(x)).data]);
`;

// On Windows it goes through the system's own tracing, and leaves no files.
test.skipIf(process.platform === 'win32')('neither an identifier nor events are stored', async () => {
  const home = await mkdtemp(join(tmpdir(), 'demod-home-'));
  onTestFinished(() => rm(home, { recursive: true }));
  // An environment without the variables by which ONNX Runtime knows of CI and tests, and says nothing there.
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
  });
  expect(stdout).toContain('[ 2, 4 ]');
  // With its telemetry it leaves .cache/Microsoft and more there.
  expect(await readdir(home)).toEqual([]);
});
