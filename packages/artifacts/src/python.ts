// A program in Python beside this one, where there is a Python that has what it needs: it is asked by its input, and answers
// line by line.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';

/** The Python of $PYTHON, else python3. */
export const python = (): string => process.env.PYTHON || 'python3';

export interface PythonProgram {
  readonly input: Writable;
  /**
   * The next line that it prints, which is JSON.
   *
   * @throws Error when it has ended: why, in a line
   */
  answer(): Promise<unknown>;
  kill(): void;
}

/** Starts a program: its file, and what follows on its command line. */
export function startPython(...program: string[]): PythonProgram {
  const child = spawn(python(), program);
  let complaint = '';
  child.stderr.on('data', text => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  let failure: Error | undefined;
  child.on('error', error => {
    failure = error;
  });
  child.stdin.on('error', () => {}); // it has ended, which the next answer tells
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    input: child.stdin,
    answer: async () => {
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value);
      if (failure) throw new Error(`${python()} cannot be started`);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      throw new Error(lastLine(complaint) || `it ended with ${child.exitCode ?? child.signalCode}`);
    },
    kill: () => child.kill(),
  };
}

export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;
