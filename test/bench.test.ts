// demod bench: what it measures and prints, never how fast it was.
import type { BenchmarkResult } from '@blind-demod/benchmark';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { toLines } from '../packages/cli/src/handlers/bench.js';
import { Workplace } from './demod.js';

let result: BenchmarkResult;
beforeAll(async () => {
  vi.stubEnv('PYTHON', '/nowhere/python');
  const place = await Workplace.create();
  const size = ['--maps', '2', '--batch', '1', '--repetitions', '1', '--threads', '1'];
  result = JSON.parse(await place.succeed('bench', ...size, '--peer', 'pytorch', '--json'));
  await place.remove();
});
afterAll(() => void vi.unstubAllEnvs());

test('bench measures each program in a process of its own', () => {
  const { device, rows, references } = result;
  expect(device).toBe('cpu');
  expect(rows.map(({ program }) => program)).toEqual([
    'matrix product 1536³',
    'training step',
    'Algorithm 1 iteration',
    'generator forward',
  ]);
  for (const row of rows) expect(row).toMatchObject({ engine: 'cpu', maps: 2, batch: 1, threads: 1 });
  for (const { milliseconds, gigaflops, firstRunSeconds, peakMemoryMB } of [...rows, ...references]) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(gigaflops).toBeGreaterThan(0);
    expect(firstRunSeconds).toBeGreaterThan(0);
    expect(peakMemoryMB).toBeGreaterThan(10);
  }
  expect(rows[0]!.share).toBe(1);
  expect(references.map(({ engine }) => engine)).toEqual(['wasm', 'wasm', 'js', 'js', 'js']);
  const compared = rows.map(({ timesWasm, timesJs }) => [timesWasm !== undefined, timesJs !== undefined]);
  expect(compared).toEqual([
    [false, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
});

test('bench prints a table, bars, what it compares with, and which peer is not there', () => {
  const printed = toLines(result).join('\n');
  expect(printed).toMatch(/^PyTorch is not measured: \/nowhere\/python cannot be started; install it /m);
  expect(printed).toMatch(/^\| matrix product 1536³ +\| +2 \| +1 \|.*\| +100 % \|/m);
  expect(printed).toMatch(/^\| training step .*\| no kernel \|/m);
  expect(printed).toMatch(/^matrix product 1536³ +#{40} \d+ GFLOP\/s$/m);
  expect(printed).toMatch(/^generator forward, 2 maps, batch 1 +#* +\d+ GFLOP\/s$/m);
  expect(printed).toMatch(/^wasm: generator forward, 2 maps, batch 1: [\d.]+ GFLOP\/s$/m);
  expect(printed.trimEnd().split('\n').at(-1)).toBe('device cpu, 64×64 pixels');
});

test('bench refuses sizes that are none', async () => {
  const place = await Workplace.createWithin();
  const { code, stderr } = await place.run('bench', '--maps', '0');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: --maps, --batch and --repetitions expect whole numbers of at least 1/);
  await place.remove();
});
