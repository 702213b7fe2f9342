// What a device promises of a kernel, where that is less than what TensorFlow.js does.
import fc from 'fast-check';
import type { Device } from '../../src/index.js';
import { installedCuda } from '../../src/node/cuda.js';
import { type Call, type Case, only } from './case.js';
import { inTensorFlow, withoutTies } from './tensorflow.js';

/** Random calls of each row on a device that is not a GPU. */
export const RUNS = 25;

/** The row as it is tested on a device: `runs` random calls. */
export function onDevice(device: Device, kernel: string, row: Case): Case & { runs: number } {
  if (device === 'cuda' && installedCuda()?.backend) {
    const allowed = inTensorFlow(kernel, row);
    // All calls of a row may be such as TensorFlow does not take: those of truth values, say.
    const runs = fc.sample(row.calls, { seed: 1, numRuns: 100 }).some(allowed) ? RUNS : 0;
    const { calls, ...rest } = only(allowed)(row);
    return { ...rest, calls: calls.map(call => withoutTies(kernel, call)), runs };
  }
  if (device !== 'webgpu') return { ...row, runs: RUNS };
  return {
    ...row,
    // On a processor that plays a GPU each call takes a tenth of a second and more.
    runs: 1,
    calls: row.calls.filter(isOrdinary),
    tolerance: Math.max(row.tolerance, WGSL[kernel] ?? 0),
  };
}

/** WGSL lets a GPU take numbers for finite, and has no buffers of no bytes. */
export const isOrdinary = ({ inputs }: Call<unknown>): boolean =>
  inputs.every(({ data }) => data.length > 0 && data.every(Number.isFinite));

/** Absolute errors that WGSL allows where they exceed a few units of the last bit (WebGPU Shading Language, §15.7.4). */
const WGSL: Readonly<Record<string, number>> = {
  Sin: 2 ** -11,
  Cos: 2 ** -11,
  Tan: 2 ** -11,
  Asin: 2 ** -13,
  Acos: 2 ** -13,
  Atan: 2 ** -13,
  // By an arctangent of at most one.
  Atan2: 2 ** -12,
  // By a logarithm near one, and by an exponential near one.
  Log1p: 2 ** -21,
  Expm1: 2 ** -21,
};
