// What a task is, and how it ended.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A command line, run as a process of its own. It goes on where it was stopped, and does nothing when it is done, so that
 * it can be started again at any time.
 */
export interface Task {
  /** Of letters, digits and `.-_`; its log is NAME.log. */
  readonly name: string;
  /** The program, absolute, and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
}

export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly log: string };

export interface Launch {
  readonly tasks: readonly Task[];
  /** Folder of the logs. */
  readonly logs: string;
  /** Told of each task as it ends. */
  onEnd(task: Task, outcome: Outcome): void;
  /** Told what else there is to know, in a line. */
  onNote(note: string): void;
}

/**
 * Runs every task, and returns when all have ended. One that was killed, or of which nothing is known, is started again,
 * `RETRIES` times at most; one that ended by itself with an error is not: it would end so again.
 *
 * @throws UserError when no tasks can be run at all.
 */
export type Launcher = (launch: Launch) => Promise<void>;

export const RETRIES = 2;

export const logOf = (logs: string, task: Task): string => join(logs, `${task.name}.log`);

/** Exit codes of a program that ended by itself; a shell reports 128 and the signal of one that was killed. */
export const endedByItself = (code: number | undefined): code is number => code !== undefined && code < 128;

/** Of a task that will not be started again: `ending` says how it ended where its log does not. */
export async function outcomeOf(
  task: Task,
  logs: string,
  { code, ending }: { code: number | undefined; ending: string },
): Promise<Outcome> {
  if (code === 0) return { ok: true };
  const log = logOf(logs, task);
  const told = endedByItself(code) ? errorIn(await readFile(log, 'utf8').catch(() => '')) : undefined;
  return { ok: false, reason: told ?? ending, log };
}

/** The last line that tells of an error. */
function errorIn(log: string): string | undefined {
  const line = log.split('\n').findLast(text => text.startsWith('error: '));
  return line?.slice('error: '.length).trim();
}
