// Which process this is, and whether another one still runs.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './errors.js';

export interface ProcessId {
  readonly pid: number;
  readonly host: string;
  /** When it started, as its system counts: another process may get the same number later. */
  readonly started: string | null;
}

export const thisProcess = (): ProcessId => ({
  pid: process.pid,
  host: hostname(),
  started: startOf(process.pid),
});

/** Whether a process of this machine runs. */
export function isRunning({ pid, started }: Pick<ProcessId, 'pid' | 'started'>): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM'; // somebody else's
  }
  return started === startOf(pid);
}

/** Field 22 of Linux' /proc/PID/stat; null elsewhere. The second field, a name in parentheses, may hold spaces. */
function startOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return fields[19] ?? null;
  } catch {
    return null;
  }
}
