// The files of ratios in benchmarks/, one for each release, and what became of them.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { loadSettings, makeFolder, notWritable, writeFileBeside } from '@blind-demod/artifacts';
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
import { shipped } from '@blind-demod/shipped';
import { describeMachine } from './machine.js';
import { version } from './version.js';

/** What a release measured, and its file. */
export interface Release {
  readonly file: string;
  readonly ratios: Ratios;
}

/** What was measured now, and before. */
export interface Comparison {
  readonly now: Ratios;
  /** The last release, and what became of it; undefined where there is none. */
  readonly before?: Release & { readonly changes: readonly Change[] };
}

/**
 * What the last release measured: the newest file beside the one that will be written, or that one as it is. To be called
 * before anything is measured, which takes minutes.
 *
 * @throws UserError when that is damaged, or the folder cannot be written
 */
export async function lastRelease(file: string | undefined): Promise<Release | undefined> {
  const folder = file === undefined ? shipped('benchmarks') : dirname(file);
  if (file !== undefined) {
    await makeFolder(folder).catch(error => {
      throw notWritable(folder, error);
    });
  }
  const names = await readdir(folder).catch((): string[] => []);
  const own = file && basename(file);
  const name = newest(names.filter(other => other !== own)) ?? names.find(other => other === own);
  if (name === undefined) return undefined;
  const last = join(folder, name);
  return { file: last, ratios: await loadSettings(last, ratiosSchema) };
}

export function compareRatios(
  result: BenchmarkResult,
  { repetitions, last }: { repetitions: number; last: Release | undefined },
): Comparison {
  const now = ratiosOf(result, {
    version,
    machine: describeMachine(),
    threads: threadCount(),
    versions: { node: process.versions.node, ...engineVersions },
    repetitions,
  });
  return { now, ...(last && { before: { ...last, changes: changesBetween(last.ratios, now) } }) };
}

/** A file of other numbers that is there already is kept beside it. @throws UserError when it cannot be written */
export const writeRatios = (file: string, ratios: Ratios): Promise<void> =>
  writeFileBeside(file, `${JSON.stringify(ratios, null, 2)}\n`);

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
