// A process of the benchmark: one program on one engine, so that its memory is its own.

import { readFileSync } from 'node:fs';
import { UserError } from '@blind-demod/arrays';
import { type ArraysOf, compile, compileLoop, countOperations, useThreads } from '@blind-demod/jit';
import { makeProgram } from './programs.js';
import type { Answer, OwnTask, Request } from './task.js';

/** Milliseconds that a turn lasts at least: one run of a short program, right after another process', tells little. */
const TURN = 200;

const task: OwnTask = JSON.parse(process.argv[2]!);
const answer = (message: Answer) => process.send!(message);

try {
  const run = await ready(task);
  await run();
  process.on('message', async (request: Request) => {
    if (request === 'run') {
      answer({ kind: 'ran', milliseconds: await turn(run) });
    } else {
      const peakMemoryMB = peakMemory(); // before counting, which takes some too
      const { fn, input } = makeProgram(task.program, task);
      answer({ kind: 'finished', operations: countOperations(fn, input), peakMemoryMB });
      process.disconnect();
    }
  });
  answer({ kind: 'ready' });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  answer({ kind: 'refused', reason: error.message });
}

/** Milliseconds per run, over as many as fill a turn. One before them, not timed, takes the caches back. */
async function turn(run: () => Promise<unknown>): Promise<number> {
  await run();
  const start = performance.now();
  for (let runs = 1; ; runs++) {
    await run();
    const elapsed = performance.now() - start;
    if (elapsed >= TURN) return elapsed / runs;
  }
}

async function ready({ engine, program, threads, ...size }: OwnTask): Promise<() => Promise<unknown>> {
  // Loaded where it is wanted: another engine's memory should not hold it.
  if (engine === 'wasm') return (await import('./wasm.js')).wasmProgram(program, size);
  useThreads(threads);
  const { fn, input } = makeProgram(program, size);
  if (!hasState(input)) {
    const compiled = await compile(fn, input, { device: engine });
    return () => compiled.run(input);
  }
  // As in training and solving: the state stays on the device.
  const { state, ...rest } = input;
  const loop = await compileLoop(
    (before: unknown, given: object) => fn({ state: before, ...given }) as { state: unknown },
    { state: state as ArraysOf<unknown>, input: rest as ArraysOf<object> },
    { device: engine },
  );
  return () => loop.step(rest as ArraysOf<object>);
}

function hasState(input: unknown): input is { state: unknown } {
  return typeof input === 'object' && input !== null && 'state' in input;
}

/** Most memory that this process ever held, in MB. */
function peakMemory(): number {
  try {
    // The usage of resources below would begin with that of the process which started this one.
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Math.round((Number(kilobytes) * 1024) / 1e6);
  } catch {
    return Math.round((process.resourceUsage().maxRSS * 1024) / 1e6); // not Linux
  }
}
