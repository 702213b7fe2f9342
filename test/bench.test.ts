// demod bench: what it prints, never how fast it was.
import { expect, test } from 'vitest';
import { Workplace } from './demod.js';

test('bench prints a table, bars and what it compares with', async () => {
  const place = await Workplace.create();
  const printed = await place.succeed('bench', '--maps', '2', '--batch', '1', '--repetitions', '1');
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
