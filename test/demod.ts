// Runs demod as a user does: as a program of its own, in a folder of its own.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const PROGRAM = fileURLToPath(new URL('../packages/blind-demod/bin/demod.js', import.meta.url));
const SMOKE = fileURLToPath(new URL('../configs/smoke.json', import.meta.url));

export interface Outcome {
  /** Exit code; null when a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly outcome: Promise<Outcome>;
}

/** A folder with a config, to run demod in. */
export class Workplace {
  private constructor(
    readonly folder: string,
    private readonly program: string,
  ) {}

  /** With `smoke.json`: the shipped smoke test, with `changes` laid over its top level. */
  static async create(changes: Record<string, unknown> = {}, program = PROGRAM): Promise<Workplace> {
    const workplace = new Workplace(await mkdtemp(join(tmpdir(), 'demod-')), program);
    await workplace.writeConfig('smoke.json', changes);
    return workplace;
  }

  /** A copy with everything that was made here, removed when the test is finished. */
  async copy(): Promise<Workplace> {
    const copy = await Workplace.create();
    await cp(this.folder, copy.folder, { recursive: true });
    onTestFinished(() => copy.remove());
    return copy;
  }

  async writeConfig(name: string, changes: Record<string, unknown>): Promise<void> {
    const { $schema: _, ...smoke } = JSON.parse(await readFile(SMOKE, 'utf8'));
    await writeFile(this.path(name), JSON.stringify({ ...smoke, ...changes }));
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  read(...parts: string[]): Promise<Buffer> {
    return readFile(this.path(...parts));
  }

  start(...args: string[]): Running {
    const { DEBUG: _, ...env } = process.env;
    const child = spawn(process.execPath, [this.program, ...args], {
      cwd: this.folder,
      env: { ...env, DEMOD_CONFIG: 'smoke.json' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome = new Promise<Outcome>((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', text => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', text => {
        stderr += text;
      });
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { child, outcome };
  }

  run(...args: string[]): Promise<Outcome> {
    return this.start(...args).outcome;
  }

  /** Runs demod, which must succeed. Returns what it printed. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`demod ${args.join(' ')} exited with ${code}:\n${stderr}`);
    return stdout;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
