// A process of the benchmark: one program on one engine, so that its memory is its own.

import { readFileSync } from 'node:fs';
import { UserError } from '@blind-demod/arrays';
import { stepsTogether } from '@blind-demod/dcgan';
import { type ArraysOf, compile, compileLoop, countOperations, useThreads } from '@blind-demod/jit';
import { makeProgram } from './programs.js';
import type { Answer, OwnTask, Request } from './task.js';

/** Milliseconds that a turn lasts at least: one run of a short program, right after another process', tells little. */
const TURN = 200;

/** Runs the program so many times. */
type Run = (count: number) => Promise<unknown>;

const task: OwnTask = JSON.parse(process.argv[2]!);
const answer = (message: Answer) => process.send!(message);

try {
  const run = await ready(task);
  await run(1);
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

/**
 * Milliseconds per run, over as many as fill a turn, together as those of a training are. One before them takes the caches back
 * and tells how many that is.
 */
async function turn(run: Run): Promise<number> {
  const begin = performance.now();
  await run(1);
  const count = stepsTogether((performance.now() - begin) / 1000);
  const start = performance.now();
  for (let runs = count; ; runs += count) {
    await run(count);
    const elapsed = performance.now() - start;
    if (elapsed >= TURN) return elapsed / runs;
  }
}

async function ready({ engine, program, threads, ...size }: OwnTask): Promise<Run> {
  // Loaded where it is wanted: another engine's memory should not hold it.
  if (engine === 'wasm') return repeated(await (await import('./wasm.js')).wasmProgram(program, size));
  useThreads(threads);
  const { fn, input, several = false } = makeProgram(program, size);
  if (hasState(input)) {
    // As in training and solving: the state stays on the device.
    const { state, ...rest } = input;
    const next = (before: unknown, given: object) => fn({ state: before, ...given }) as { state: unknown };
    return loopOf(
      next,
      { state: state as ArraysOf<unknown>, input: rest as ArraysOf<object> },
      engine,
      several,
    );
  }
  if (engine === 'webgpu') {
    // To bring the factors of a product to a GPU takes ten times as long as the product.
    const again = (given: unknown) => ({ state: given, result: fn(given) });
    return loopOf(again, { state: input, input: {} }, engine, several);
  }
  const compiled = await compile(fn, input, { device: engine });
  return repeated(() => compiled.run(input));
}

function repeated(run: () => Promise<unknown>): Run {
  return async count => {
    for (let done = 0; done < count; done++) await run();
  };
}

async function loopOf(
  next: (state: unknown, input: object) => { state: unknown },
  example: { state: ArraysOf<unknown>; input: ArraysOf<object> },
  device: Exclude<OwnTask['engine'], 'wasm'>,
  several: boolean,
): Promise<Run> {
  const loop = await compileLoop(next, example, { device, several });
  return count => loop.steps(Array(count).fill(example.input));
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
