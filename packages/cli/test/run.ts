// Runs demod within the test's process: nothing to start, so many runs cost little.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { reportError } from '../src/exit.js';
import { parser } from '../src/parser.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of a run that succeeds, that is; else with the error on stderr and its exit code. */
export async function demod(...args: string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map(name =>
    vi.spyOn(process[name], 'write').mockImplementation(text => {
      written[name] += text;
      return true;
    }),
  );
  try {
    await (await parser(args)).parseAsync();
    return { code: 0, ...written };
  } catch (error) {
    return { code: reportError(error), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** The tests of a file run in an empty folder, which is removed after them. */
export function inFolder(): void {
  const before = process.cwd();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demod-cli-'));
    process.chdir(folder);
  });
  afterAll(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true });
  });
}
