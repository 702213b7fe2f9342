// Where the time of a program goes: ONNX Runtime's own profile, summed by operator.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NdArray } from '@blind-demod/arrays';
import { host } from '#host';
import { createSession, record } from '../engines/session.js';
import { inputName } from '../trace.js';
import { type ArraysOf, isNdArray, leaves, type Tree } from '../tree.js';

/** The calls of one ONNX operator in a run, and the time that they took together. */
export interface OperatorTime {
  /** Name of the ONNX operator, as ONNX Runtime's optimiser left it. */
  readonly operator: string;
  /** In one run. */
  readonly calls: number;
  readonly milliseconds: number;
}

const RUNS = 3;

/**
 * The operators of one run of `fn` on the `cpu` device, those that take longest first; a mean over a few runs.
 *
 * @throws TypeError if `fn` cannot be recorded.
 * @example
 * import { float32 } from '@blind-demod/jit';
 * import { profile } from '@blind-demod/jit/node';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const x = float32([200, 200], new Float32Array(40000).fill(1));
 * const [longest] = await profile(x => tf.sum(tf.matMul(x, x)), x);
 * console.log(longest.calls, longest.milliseconds > 0); // 1 true
 */
export async function profile<I>(fn: (input: I) => unknown, example: ArraysOf<I>): Promise<OperatorTime[]> {
  const runtime = await host.onnxRuntime('cpu');
  const { model } = record('cpu', fn, example);
  const folder = await mkdtemp(join(tmpdir(), 'demod-profile-'));
  try {
    const session = await createSession(runtime, 'cpu', model, {
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    const feeds = Object.fromEntries(
      leaves(example as Tree<NdArray>, isNdArray).map(([path, { dtype, data, shape }]) => [
        inputName(path),
        new runtime.Tensor(dtype as 'float32', data as Float32Array, shape),
      ]),
    );
    for (let run = 0; run < RUNS; run++) await session.run(feeds);
    session.endProfiling();
    await session.release();
    const [file] = await readdir(folder);
    return byOperator(JSON.parse(await readFile(join(folder, file!), 'utf8')));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** An event of a profile: a kernel's time is in microseconds. */
interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

function byOperator(events: readonly Event[]): OperatorTime[] {
  const durations = new Map<string, number[]>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
    const operator = args.op_name!;
    durations.set(operator, [...(durations.get(operator) ?? []), dur]);
  }
  return [...durations]
    .map(([operator, microseconds]) => ({
      operator,
      calls: microseconds.length / RUNS,
      milliseconds: microseconds.reduce((sum, value) => sum + value, 0) / 1000 / RUNS,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
