// Tasks as processes of this machine, so many at a time.
import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { makeFolder, notWritable } from '@blind-demod/artifacts';
import { endedByItself, type Launch, type Launcher, logOf, outcomeOf, RETRIES, type Task } from './task.js';

/** @param jobs how many processes at a time. */
export const localLauncher =
  ({ jobs }: { jobs: number }): Launcher =>
  async launch => {
    await makeFolder(launch.logs).catch(error => {
      throw notWritable(launch.logs, error);
    });
    const waiting = [...launch.tasks];
    const worker = async () => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
        await runTask(task, launch);
    };
    await Promise.all(Array.from({ length: jobs }, worker));
  };

async function runTask(task: Task, { logs, onEnd, onNote }: Launch): Promise<void> {
  let ended = await runOnce(task, logs);
  for (let retry = 1; retry <= RETRIES && !endedByItself(ended.code); retry++) {
    onNote(`${task.name}: ${ended.ending}; started again`);
    ended = await runOnce(task, logs);
  }
  onEnd(task, await outcomeOf(task, logs, ended));
}

/** Runs a task until it ends; what it says goes to its log. */
async function runOnce(task: Task, logs: string): Promise<{ code: number | undefined; ending: string }> {
  const file = logOf(logs, task);
  const log = await open(file, 'w').catch(error => {
    throw notWritable(file, error);
  });
  try {
    const [program, ...args] = task.command;
    const child = spawn(program, args, { stdio: ['ignore', log.fd, log.fd, 'ipc'] });
    return await endOf(child);
  } finally {
    await log.close();
  }
}

function endOf(child: ChildProcess): Promise<{ code: number | undefined; ending: string }> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const ending = signal === null ? `it ended with exit code ${code}` : `it was killed (${signal})`;
      resolve({ code: code ?? undefined, ending });
    });
  });
}
