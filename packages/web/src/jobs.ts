// The order of work in the worker: one job at a time, and short ones between the steps of a long one.

type Job = () => Promise<void>;

/** The job was stopped on demand. */
export class Stopped extends Error {}

const short: Job[] = [];
const long: Job[] = [];
let working = false;
let stopWanted = false;

/** Queues a job; a long one has to call `breathe` between its steps. */
export function enqueue(job: Job, length: 'short' | 'long'): void {
  (length === 'short' ? short : long).push(job);
  if (!working) void work();
}

/** The long job that runs now shall end at its next breath. */
export function stop(): void {
  stopWanted = true;
}

async function work(): Promise<void> {
  working = true;
  for (let job = short.shift() ?? long.shift(); job; job = short.shift() ?? long.shift()) {
    stopWanted = false;
    await job();
  }
  working = false;
}

/** Between two steps of a long job: hears what the page wants, and does what is short. @throws Stopped */
export async function breathe(): Promise<void> {
  await heard();
  for (let job = short.shift(); job; job = short.shift()) await job();
  if (stopWanted) throw new Stopped();
}

/** Waits until the messages that have come are through; a timer would wait longer. */
function heard(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
