// Ratios are kept with a release: what they are, and what is compared.
import { expect, test } from 'vitest';
import type { BenchmarkRow } from '../src/benchmark.js';
import { changesBetween, newest, ratiosOf, ratiosSchema } from '../src/index.js';

const row = (program: BenchmarkRow['program'], maps: number, milliseconds: number): BenchmarkRow => ({
  ...{ engine: 'cpu', program, maps, batch: 16, milliseconds },
  ...{ gigaflops: 1, share: 1, firstRunSeconds: 1, peakMemoryMB: 1 },
});
const made = {
  version: '0.1.0',
  machine: 'one of paper',
  threads: 2,
  versions: { node: '20.0.0' },
  repetitions: 5,
};
const result = (rows: BenchmarkRow[]) => ({ device: 'cpu' as const, rows, references: [], notes: [] });

const before = ratiosOf(
  result([
    row('matrix product 1536³', 16, 50),
    row('training step', 16, 200),
    row('matrix product 1536³', 32, 40),
    row('training step', 32, 800),
    row('generator forward', 32, 7),
  ]),
  made,
);

test("a ratio is a program's time to that of the product of its own size's rounds", () => {
  expect(before).toEqual({
    ...made,
    device: 'cpu',
    ratios: [
      { program: 'training step', maps: 16, batch: 16, ratio: 4 },
      { program: 'training step', maps: 32, batch: 16, ratio: 20 },
      { program: 'generator forward', maps: 32, batch: 16, ratio: 0.175 },
    ],
  });
  expect(ratiosSchema.parse(JSON.parse(JSON.stringify(before)))).toEqual(before);
});

test('what both have measured is compared', () => {
  const rows = [
    row('matrix product 1536³', 32, 20),
    row('training step', 32, 500),
    row('generator forward', 32, 3.5),
    row('Algorithm 1 iteration', 32, 30),
  ];
  const now = ratiosOf(result(rows), { ...made, version: '0.2.0' });
  expect(changesBetween(before, now)).toEqual([
    { program: 'training step', maps: 32, batch: 16, before: 20, now: 25 },
    { program: 'generator forward', maps: 32, batch: 16, before: 0.175, now: 0.175 },
  ]);
});

test('the newest version counts by its numbers', () => {
  expect(newest(['1.9.0.json', '1.10.0.json', '0.99.99.json', 'notes.md', '2.0.json'])).toBe('1.10.0.json');
  expect(newest(['README.md'])).toBeUndefined();
});
