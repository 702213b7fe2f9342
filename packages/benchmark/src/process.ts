// The other side of a worker: starts it, and has it run.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { UserError } from '@blind-demod/arrays';
import type { Answer, OwnTask, Request, Task } from './task.js';

// The compiled file, also when this one is run from its source.
const WORKER = fileURLToPath(new URL('../dist/worker.js', import.meta.url));

export interface Worker {
  readonly task: Task;
  /** From the start of its process to the end of the program's first run, in seconds. */
  readonly firstRunSeconds: number;
  /** One more turn, a fifth of a second or one run: how many milliseconds a run took. */
  run(): Promise<number>;
  /** Ends the process: the program's floating-point operations, and the most memory that the process held. */
  finish(): Promise<{ operations: number; peakMemoryMB: number }>;
  kill(): void;
}

/** @throws UserError when the engine does not work here */
export async function startWorker(task: OwnTask): Promise<Worker> {
  const start = performance.now();
  const child = fork(WORKER, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await answerOf(child, task, 'ready');
  const ask = <K extends Answer['kind']>(request: Request, kind: K) => {
    const answer = answerOf(child, task, kind);
    child.send(request);
    return answer;
  };
  return {
    task,
    firstRunSeconds: (performance.now() - start) / 1000,
    run: async () => (await ask('run', 'ran')).milliseconds,
    finish: async () => {
      const exit = once(child, 'exit');
      const finished = await ask('finish', 'finished');
      await exit;
      return finished;
    },
    kill: () => child.kill(),
  };
}

async function answerOf<K extends Answer['kind']>(
  child: ChildProcess,
  { engine, program }: Task,
  kind: K,
): Promise<Extract<Answer, { kind: K }>> {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const [answer] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code, ended]) => {
        throw new Error(`the process of "${program}" on ${engine} ended with ${code ?? ended}`);
      }),
    ])) as [Answer];
    if (answer.kind === 'refused') throw new UserError(answer.reason);
    if (answer.kind !== kind) throw new Error(`expected "${kind}", got "${answer.kind}"`);
    return answer as Extract<Answer, { kind: K }>;
  } finally {
    listening.abort();
  }
}
