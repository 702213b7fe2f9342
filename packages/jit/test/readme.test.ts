// What the README says is so.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, onTestFinished, test } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('its example trains, prints what it says, and exports what any program can read', async () => {
  const [, program] = /```js\n(.*?)```/s.exec(readme)!;
  const [, printed] = /prints `(.*?)`/.exec(readme)!;
  const folder = mkdtempSync(join(tmpdir(), 'jit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program!], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(output.trim()).toBe(printed);

  const session = await InferenceSession.create(join(folder, 'xor.onnx'));
  const { y } = await session.run({ x: new Tensor('float32', [1, 0, 0, 0, 0, 1], [3, 2]) });
  expect([...(y!.data as Float32Array)].map(value => value.toFixed(1))).toEqual(['1.0', '0.0', '1.0']);
});

test('it tells how many kernels are translated', () => {
  const table = readFileSync(new URL('../kernels.md', import.meta.url), 'utf8');
  const [, translated, all] = /^(\d+) of (\d+) are translated/m.exec(table)!;
  expect(readme).toContain(`${translated} of TensorFlow.js' ${all} kernels`);
});
