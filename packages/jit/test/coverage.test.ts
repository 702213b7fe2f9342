// Which of TensorFlow.js' kernels are translated, found out by running each: the table in kernels.md.
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Graph } from '../src/graph.js';
import { isTensor, kernelTable, mapTree } from '../src/index.js';
import { trace } from '../src/trace.js';
import { callKernel, isReal, type KernelCall, recordedCalls, retyped, TYPES } from './kernel-calls.js';

/** All of TensorFlow.js' kernels: it exports the name of each under that name. */
const names = Object.entries(tf)
  .filter(([name, value]) => name === value)
  .map(([name]) => name)
  .toSorted();
const untranslated = names.filter(name => !(name in kernelTable));

/** The error of `body`, if there is one. */
function errorOf(body: () => unknown): Error | undefined {
  try {
    body();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** The ONNX operators that the calls become. */
function operators(name: string, calls: readonly KernelCall[]): string {
  const nodes = calls.flatMap(({ inputs, attrs }) => {
    const graph = new Graph();
    const values = Object.entries(inputs).map(([key, { shape, dtype }]) => [
      key,
      graph.input(key, shape, dtype as 'float32'),
    ]);
    kernelTable[name]!({ graph, inputs: Object.fromEntries(values), attrs });
    return graph.nodes;
  });
  return [...new Set(nodes.map(({ operator }) => operator))].join(', ') || 'none';
}

/** The types for whose arrays the kernel can be traced. */
function types(name: string, call: KernelCall): string {
  return TYPES.filter(dtype => {
    const { inputs } = retyped(call, dtype);
    return errorOf(() => trace(callKernel(name, call), inputs)) === undefined;
  }).join(', ');
}

/** Traces TensorFlow.js' gradients of the sum of the results by each real input. */
function traceGradients(name: string, call: KernelCall): void {
  trace((inputs: Record<string, tf.Tensor>) => {
    const sum = (...reals: tf.Tensor[]) => {
      const rest = reals.values();
      const all = mapTree(inputs, isTensor, input => (isReal(input) ? rest.next().value! : input));
      const results = [callKernel(name, call)(all as Record<string, tf.Tensor>)].flat();
      return tf.addN(results.map(result => tf.sum(tf.cast(result, 'float32'))));
    };
    return tf.grads(sum)(Object.values(inputs).filter(isReal));
  }, call.inputs);
}

/** Whether all kernels of TensorFlow.js' gradient are translated: "yes", or what is the matter. */
function gradient(name: string, calls: readonly KernelCall[]): string {
  let error: Error | undefined;
  const ofReals = calls.filter(({ inputs }) => Object.values(inputs).some(isReal));
  if (ofReals.length === 0) return 'of nothing real';
  for (const call of ofReals) {
    error = errorOf(() => traceGradients(name, call));
    if (error === undefined) return 'yes';
  }
  const missing = error?.message.includes('ONNX translation');
  return missing ? `no: ${error?.message}` : `TensorFlow.js' own fails: ${error?.message}`;
}

function row(name: string): string {
  const inTensorFlow = tf.getGradient(name) === undefined ? 'no' : 'yes';
  if (!(name in kernelTable)) return `| ${name} | **not translated** | | ${inTensorFlow} | |`;
  const calls = recordedCalls(name);
  const translated = inTensorFlow === 'yes' ? gradient(name, calls) : '';
  return `| ${name} | ${operators(name, calls)} | ${types(name, calls[0]!)} | ${inTensorFlow} | ${translated} |`;
}

test('kernels.md is current (npm run kernels writes it)', async () => {
  const table = `# Kernels of TensorFlow.js ${tf.version_core}

${names.length - untranslated.length} of ${names.length} are translated. \`npm run kernels -w @blind-demod/jit\` wrote this table by tracing each of them on random
calls, and its gradient too. The others are a \`TypeError\` that names them, when a function that uses one is recorded.

| kernel | ONNX operators | types | gradient in TensorFlow.js | its kernels are translated |
| --- | --- | --- | --- | --- |
${names.map(row).join('\n')}
`;
  await expect(table).toMatchFileSnapshot('../kernels.md');
});

test.each(untranslated)('%s is a TypeError that names it, while tracing', name => {
  const error = errorOf(() => trace(() => tf.engine().runKernel(name, {}), {}));
  expect(error).toBeInstanceOf(TypeError);
  expect(error!.message).toBe(`expected kernels that have an ONNX translation, got ${name}`);
});
