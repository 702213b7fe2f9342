// Runs demod in a folder of its own: as a user does, as a program of its own, or, much sooner, within the test's process.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

export const PROGRAM = fileURLToPath(new URL('../packages/blind-demod/bin/demod.js', import.meta.url));
const SMOKE = fileURLToPath(new URL('../configs/smoke.json', import.meta.url));

/** Variables that demod finds. */
const ENVIRONMENT = { DEMOD_CONFIG: 'smoke.json' };

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
    /** What runs there; undefined: demod within this process. */
    private readonly program: string | undefined,
  ) {}

  /** With `smoke.json`: the shipped smoke test, with `changes` laid over its top level. */
  static create(changes: Record<string, unknown> = {}, program = PROGRAM): Promise<Workplace> {
    return Workplace.make(changes, program);
  }

  /** The same, but for what is not `start`ed: that runs within this process, which need not load everything each time. */
  static createWithin(changes: Record<string, unknown> = {}): Promise<Workplace> {
    return Workplace.make(changes, undefined);
  }

  private static async make(changes: Record<string, unknown>, program?: string): Promise<Workplace> {
    const workplace = new Workplace(await mkdtemp(join(tmpdir(), 'demod-')), program);
    await workplace.writeConfig('smoke.json', changes);
    return workplace;
  }

  /** A copy with everything that was made here, removed when the test is finished. */
  copy(): Promise<Workplace> {
    return this.copied(this.program);
  }

  /** Such a copy in which demod runs within this process. */
  copyWithin(): Promise<Workplace> {
    return this.copied(undefined);
  }

  private async copied(program: string | undefined): Promise<Workplace> {
    const copy = await Workplace.make({}, program);
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
    const child = spawn(process.execPath, [this.program ?? PROGRAM, ...args], {
      cwd: this.folder,
      env: { ...env, ...ENVIRONMENT },
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
    return this.program === undefined ? this.runWithin(args) : this.start(...args).outcome;
  }

  private async runWithin(args: readonly string[]): Promise<Outcome> {
    const before = process.cwd();
    process.chdir(this.folder);
    for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
    try {
      // Only now: what an option is by default it reads of its environment when it is loaded.
      const { demod } = await import('../packages/cli/test/run.js');
      return { ...(await demod(...args)), signal: null };
    } finally {
      process.chdir(before);
    }
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
