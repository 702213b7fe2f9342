// demod bench: what it prints, never how fast it was.
import { expect, test, vi } from 'vitest';
import { Workplace } from './demod.js';

test('bench prints a table, bars, what it compares with, and which peer is not there', async () => {
  vi.stubEnv('PYTHON', '/nowhere/python');
  const place = await Workplace.create();
  const size = ['--maps', '2', '--batch', '1', '--repetitions', '1'];
  const printed = await place.succeed('bench', ...size, '--peer', 'pytorch');
  vi.unstubAllEnvs();
  expect(printed).toMatch(/^PyTorch is not measured: \/nowhere\/python cannot be started; install it /m);
  expect(printed).toMatch(/^\| matrix product 1536³ +\| +2 \| +1 \|.*\| +100 % \|/m);
  expect(printed).toMatch(/^\| training step .*\| no kernel \|/m);
  expect(printed).toMatch(/^matrix product 1536³ +#{40} \d+ GFLOP\/s$/m);
  expect(printed).toMatch(/^generator forward, 2 maps, batch 1 +#* +\d+ GFLOP\/s$/m);
  expect(printed).toMatch(/^wasm: generator forward, 2 maps, batch 1: [\d.]+ GFLOP\/s$/m);
  expect(printed.trimEnd().split('\n').at(-1)).toBe('device cpu, 64×64 pixels');
  await place.remove();
});

test('bench refuses sizes that are none', async () => {
  const place = await Workplace.create();
  const { code, stderr } = await place.run('bench', '--maps', '0');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: --maps, --batch and --repetitions expect whole numbers of at least 1/);
  await place.remove();
});
