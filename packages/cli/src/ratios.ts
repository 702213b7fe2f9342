// The files of ratios in benchmarks/, one for each release, and what became of them.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { loadSettings, writeFileAtomic } from '@blind-demod/artifacts';
import {
  type BenchmarkResult,
  type Change,
  changesBetween,
  newest,
  type Ratios,
  ratiosOf,
  ratiosSchema,
} from '@blind-demod/benchmark';
import { threadCount } from '@blind-demod/jit';
import { engineVersions } from '@blind-demod/jit/node';
import { textTable } from '@blind-demod/picture';
import { describeMachine } from './machine.js';
import { version } from './version.js';

const FOLDER = 'benchmarks';

/** What was measured now, and before. */
export interface Comparison {
  readonly now: Ratios;
  /** The file of the last release, and what it says; undefined where there is none. */
  readonly before?: { readonly file: string; readonly ratios: Ratios; readonly changes: readonly Change[] };
}

/** @throws UserError when the last release's file is damaged */
export async function compareRatios(
  result: BenchmarkResult,
  { repetitions, file }: { repetitions: number; file: string | undefined },
): Promise<Comparison> {
  const now = ratiosOf(result, {
    version,
    machine: describeMachine(),
    threads: threadCount(),
    versions: { node: process.versions.node, ...engineVersions },
    repetitions,
  });
  const last = await lastRelease(file);
  if (last === undefined) return { now };
  const ratios = await loadSettings(last, ratiosSchema);
  return { now, before: { file: last, ratios, changes: changesBetween(ratios, now) } };
}

/** The newest file beside the one that is written, or that one as it was. */
async function lastRelease(file: string | undefined): Promise<string | undefined> {
  const folder = file === undefined ? FOLDER : dirname(file);
  const names = await readdir(folder).catch((): string[] => []);
  const own = file && basename(file);
  const name = newest(names.filter(other => other !== own)) ?? names.find(other => other === own);
  return name && join(folder, name);
}

/** @throws UserError when it cannot be written */
export const writeRatios = (file: string, ratios: Ratios): Promise<void> =>
  writeFileAtomic(file, `${JSON.stringify(ratios, null, 2)}\n`);

/** A table of what changed since the last release; nothing where that measured none of these sizes. */
export function changeLines({ now, before }: Comparison): string[] {
  if (before === undefined || before.changes.length === 0) return [];
  const { file, ratios, changes } = before;
  const rows = changes.map(({ program, maps, batch, before, now }) => [
    program,
    `${maps}`,
    `${batch}`,
    `${before}`,
    `${now}`,
    percent(now / before - 1),
  ]);
  const alike = (['machine', 'device', 'threads'] as const).every(what => ratios[what] === now[what]);
  const where = `${ratios.machine}; device ${ratios.device}, ${ratios.threads} threads`;
  return [
    'time of each program to that of the matrix product:',
    textTable(['program', 'maps', 'batch', ratios.version, 'now', 'change'], rows, {
      ascii: !process.stdout.isTTY,
    }),
    `${ratios.version} is ${file}, measured on ${where}${alike ? '' : ': other than now'}`,
  ];
}

const percent = (change: number): string => `${change < 0 ? '−' : '+'}${Math.abs(100 * change).toFixed(0)} %`;
