// How long each program takes beside the matrix product of the same run. Unlike seconds, these numbers depend little on how
// fast a machine is, so those of a release tell whether a later version has become slower.
import { z } from 'zod';
import type { BenchmarkResult } from './benchmark.js';

const count = z.int().min(1);
const text = z.string().min(1);

/** A file of ratios, as it is kept with each release. */
export const ratiosSchema = z.strictObject({
  version: text.describe('Of this project.'),
  machine: text.describe('Its processor and memory.'),
  device: text.describe('What computed.'),
  threads: count.describe('Threads on the cpu.'),
  versions: z.record(z.string(), text).describe('Of what it ran on.'),
  repetitions: count.describe('Timings of each program, of which the median counts.'),
  ratios: z
    .array(
      z.strictObject({
        program: text,
        maps: count.describe('Base feature maps of the networks.'),
        batch: count.describe('Images at once.'),
        ratio: z.number().positive().describe("The program's time to that of the matrix product."),
      }),
    )
    .describe('A number for each program and size.'),
});
export type Ratios = z.infer<typeof ratiosSchema>;

/** Digits that are kept: more than is repeated. */
const DIGITS = 3;

export function ratiosOf({ rows, device }: BenchmarkResult, made: Omit<Ratios, 'device' | 'ratios'>): Ratios {
  const ratios = rows.flatMap(({ program, maps, batch, milliseconds }) => {
    const product = rows.find(row => row.maps === maps && row.batch === batch)!;
    const ratio = Number((milliseconds / product.milliseconds).toPrecision(DIGITS));
    return product.program === program ? [] : [{ program, maps, batch, ratio }];
  });
  return { ...made, device, ratios };
}

/** A program of a size as it was and as it is. */
export interface Change {
  readonly program: string;
  readonly maps: number;
  readonly batch: number;
  readonly before: number;
  readonly now: number;
}

/** What both have, in the order of the second. */
export const changesBetween = (before: Ratios, now: Ratios): readonly Change[] =>
  now.ratios.flatMap(({ ratio, ...which }) => {
    const same = before.ratios.find(
      ({ program, maps, batch }) => program === which.program && maps === which.maps && batch === which.batch,
    );
    return same ? [{ ...which, before: same.ratio, now: ratio }] : [];
  });

/** Which of these file names is that of the newest version, as `1.10.0.json` is of these two: the other is `1.9.0.json`. */
export function newest(names: readonly string[]): string | undefined {
  const versions = names.flatMap(name => {
    const numbers = /^(\d+)\.(\d+)\.(\d+)\.json$/.exec(name)?.slice(1).map(Number);
    return numbers ? [{ name, numbers }] : [];
  });
  const order = (a: readonly number[], b: readonly number[]) =>
    a.map((number, place) => number - b[place]!).find(difference => difference !== 0) ?? 0;
  return versions.sort((a, b) => order(a.numbers, b.numbers)).at(-1)?.name;
}
