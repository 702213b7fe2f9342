// demod bench: what it measures and prints, never how fast it was.
import { mkdir, writeFile } from 'node:fs/promises';
import type { BenchmarkResult } from '@blind-demod/benchmark';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { toLines } from '../packages/cli/src/handlers/bench.js';
import { type Comparison, changeLines } from '../packages/cli/src/ratios.js';
import { Workplace } from './demod.js';

let result: BenchmarkResult & Comparison;
let written: string;
beforeAll(async () => {
  vi.stubEnv('PYTHON', '/nowhere/python');
  const place = await Workplace.create();
  const size = ['--maps', '2', '--batch', '1', '--repetitions', '1', '--threads', '1'];
  const machine = { version: '0.0.9', machine: 'another', device: 'cpu', threads: 1, versions: {} };
  const ratios = [
    { program: 'training step', maps: 2, batch: 1, ratio: 1000 },
    { program: 'training step', maps: 64, batch: 1, ratio: 1 },
  ];
  await mkdir(place.path('benchmarks'));
  await writeFile(
    place.path('benchmarks', '0.0.9.json'),
    JSON.stringify({ ...machine, repetitions: 1, ratios }),
  );
  const more = ['--peer', 'pytorch', '--json', '--ratios', 'benchmarks/0.1.0.json'];
  result = JSON.parse(await place.succeed('bench', ...size, ...more));
  written = `${await place.read('benchmarks', '0.1.0.json')}`;
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

test('bench writes ratios, and tells what changed since the last release', () => {
  const { now, before } = result;
  expect(JSON.parse(written)).toEqual(now);
  const [product, ...others] = result.rows;
  expect(now.ratios.map(({ program }) => program)).toEqual(others.map(({ program }) => program));
  now.ratios.forEach(({ ratio }, index) =>
    // Three digits are kept.
    expect(ratio / (others[index]!.milliseconds / product!.milliseconds)).toBeCloseTo(1, 2),
  );
  expect(before!.changes).toEqual([
    { program: 'training step', maps: 2, batch: 1, before: 1000, now: now.ratios[0]!.ratio },
  ]);
  const printed = changeLines(result).join('\n');
  expect(printed).toMatch(/^\| training step \| +2 \| +1 \| +1000 \| +[\d.]+ \| +−\d+ % \|$/m);
  expect(printed).toMatch(/^0\.0\.9 is benchmarks\/0\.0\.9\.json, measured on another; .*: other than now$/m);
});

test('bench finds out before it measures that the last release cannot be read', async () => {
  const place = await Workplace.createWithin();
  await mkdir(place.path('benchmarks'));
  await writeFile(place.path('benchmarks', '0.0.9.json'), '{}');
  const { code, stderr } = await place.run('bench', '--ratios', 'benchmarks/0.1.0.json');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: benchmarks\/0\.0\.9\.json: /); // and no progress before it
  await place.remove();
});

test('bench refuses sizes that are none', async () => {
  const place = await Workplace.createWithin();
  const { code, stderr } = await place.run('bench', '--maps', '0');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: --maps, --batch and --repetitions expect whole numbers of at least 1/);
  await place.remove();
});
