// Calls of single kernels, as TensorFlow.js makes them: recorded while the operations of the random calls run.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { vi } from 'vitest';
import { type Device, isNdArray, isTensor, mapTree, type Tree } from '../src/index.js';
import { installedCuda } from '../src/node/cuda.js';
import { trace } from '../src/trace.js';
import { nd } from './cases/case.js';
import { cases } from './cases/index.js';

export const TYPES = ['float32', 'int32', 'bool'] as const;

export interface KernelCall {
  /** By name, or, for kernels that take a list, that list. */
  readonly inputs: Readonly<Record<string, NdArray>>;
  readonly attrs: object;
}

/** The TensorFlow.js backend that a device's functions run on: that of an eager one, or the one that records them. */
const backendOf = (device: Device): string =>
  (device === 'cuda' && installedCuda()?.backend?.()) || 'blind-demod-trace';

/** Watches a kernel where a device's functions call it. */
export const watched = (name: string, device: Device) =>
  vi.spyOn(tf.getKernel(name, backendOf(device))!, 'kernelFunc');

/** Some calls of a translated kernel, of zeros; none without elements. */
export function recordedCalls(name: string): KernelCall[] {
  const kernel = watched(name, 'cpu');
  for (const { calls, run } of cases[name]!) {
    for (const { inputs, settings } of fc.sample(calls, { seed: 1, numRuns: 15 })) {
      trace((tensors: tf.Tensor[]) => run(tensors, settings), [...inputs]);
    }
  }
  const { calls, results } = kernel.mock;
  kernel.mockRestore();
  return calls
    .map(([{ inputs, attrs }], i) => ({
      inputs: mapTree(given(inputs), isTensor, zeros) as KernelCall['inputs'],
      attrs: attrs as object,
      outputs: [results[i]!.value as tf.TensorInfo | tf.TensorInfo[]].flat(),
    }))
    .filter(({ inputs, outputs }) =>
      [...Object.values(inputs), ...outputs].every(({ shape }) => !shape.includes(0)),
    );
}

const zeros = ({ shape, size, dtype }: tf.Tensor): NdArray =>
  nd(shape, Array(size).fill(0), dtype as 'float32');

/** Inputs that may be left out come as undefined. */
const given = (inputs: object): Tree<tf.Tensor> =>
  Array.isArray(inputs)
    ? inputs
    : Object.fromEntries(Object.entries(inputs).filter(([, input]) => input !== undefined));

export const isReal = ({ dtype }: { dtype: string }): boolean => dtype === 'float32';

/** The call with zeros and ones of another type for its real numbers, or for all inputs where none are real. */
export function retyped({ inputs, attrs }: KernelCall, dtype: (typeof TYPES)[number]): KernelCall {
  const someReal = Object.values(inputs).some(isReal);
  const retype = (array: NdArray): NdArray => {
    const numbers = Array.from(array.data, (_, i) => i % 2);
    return someReal && !isReal(array) ? array : nd(array.shape, numbers, dtype);
  };
  return { inputs: mapTree(inputs, isNdArray, retype) as KernelCall['inputs'], attrs };
}

/** The kernel itself, on whichever backend is current. */
export const callKernel =
  (name: string, { attrs }: KernelCall) =>
  (inputs: Record<string, tf.Tensor>): tf.Tensor | tf.Tensor[] =>
    tf.engine().runKernel(name, inputs, { ...attrs });
