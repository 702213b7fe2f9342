// The worker, as the page sees it: tasks that are promised, and can be stopped.
import type { Frame, FromWorker, Progress, TaskName, Tasks } from './messages.js';

interface Listener {
  readonly frame?: (frame: Frame) => void;
  readonly progress?: (progress: Progress) => void;
}

/** What a task throws that was stopped. */
export class StoppedError extends Error {}

export interface Client {
  ask<Name extends TaskName>(
    task: Name,
    give: Tasks[Name]['give'],
    listener?: Listener,
  ): Promise<Tasks[Name]['get']>;
  /** Gives up the runs of the solver at once; the worker, which may be within a step, ends them after it. */
  stop(): void;
}

export function startClient(): Client {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'solver' });
  const waiting = new Map<
    number,
    { task: TaskName; listener: Listener; resolve(answer: unknown): void; reject(error: Error): void }
  >();
  let asked = 0;

  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const task = waiting.get(data.id);
    if (!task) return;
    if ('frame' in data) task.listener.frame?.(data.frame);
    else if ('progress' in data) task.listener.progress?.(data.progress);
    else {
      waiting.delete(data.id);
      if ('answer' in data) task.resolve(data.answer);
      else task.reject(new Error(data.error));
    }
  };
  worker.onerror = event => {
    event.preventDefault();
    for (const { reject } of waiting.values())
      reject(new Error(`The solver does not run here: ${event.message ?? ''}`));
    waiting.clear();
  };

  return {
    ask: (task, give, listener = {}) =>
      new Promise((resolve, reject) => {
        const id = ++asked;
        waiting.set(id, { task, listener, resolve: resolve as (answer: unknown) => void, reject });
        worker.postMessage({ id, task, give });
      }),
    stop() {
      worker.postMessage({ stop: 0 });
      for (const [id, { task, reject }] of waiting) {
        if (task !== 'solve') continue;
        waiting.delete(id);
        reject(new StoppedError());
      }
    },
  };
}
