// Runs a recorded function as a graph in ONNX Runtime, on the processor or by another of its execution providers.
import { checkMemory, type NdArray, UserError } from '@blind-demod/arrays';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { host } from '#host';
import type { Strengths } from '../graph.js';
import type { OnnxRuntime, Provider } from '../host.js';
import { peakBytes } from '../memory.js';
import { encodeModel } from '../onnx.js';
import { threadCount } from '../threads.js';
import { inputName, isOutput, type Output, trace } from '../trace.js';
import { type ArraysOf, isNdArray, leaves, mapTree, type Tree } from '../tree.js';
import { type AnyArray, DeviceArray, type Engine, isAnyArray } from './engine.js';

/** What each provider's kernels do well, as far as it was measured. */
const STRENGTHS: Readonly<Record<Provider, Strengths>> = {
  cpu: { foldedBatches: true, fastProducts: true },
  webgpu: { transposedConvolutions: true, parallelResults: true },
  cuda: {},
};

/** How much more memory ONNX Runtime takes for a program than its arrays have: 1.5 to 1.9 times where training was measured. */
const OVERHEAD = 1.5;

/** @throws UserError if there is no ONNX Runtime here that has the provider. */
export async function onnxRuntimeEngine(provider: Provider): Promise<Engine> {
  const runtime = await host.onnxRuntime(provider);
  const { Tensor, writesInPlace } = runtime;
  const toOrtTensor = (array: AnyArray): Tensor =>
    array instanceof DeviceArray
      ? (array.tensor as Tensor)
      : new Tensor(array.dtype as 'float32', array.data as Float32Array, array.shape);
  /** Where ONNX Runtime writes a result; null for where it likes. */
  const placeOf = (array: NdArray | undefined): Tensor | null =>
    array && writesInPlace ? toOrtTensor(array) : null;
  return {
    computesAside: provider === 'webgpu',
    async compile<I>(
      fn: (input: I) => unknown,
      example: ArraysOf<I>,
      keep: (path: string) => boolean = () => false,
    ) {
      const { model, outputs, result } = record(provider, fn, example);
      if (outputs.length === 0) throw new TypeError('expected a function that returns tensors, got none');
      // The binding keeps WebGPU's buffers alone; elsewhere all results come back to the host.
      const kept = provider === 'webgpu' ? outputs.filter(([path]) => keep(path)) : [];
      const session = await createSession(runtime, provider, model, {
        preferredOutputLocation: Object.fromEntries(kept.map(([, { name }]) => [name, 'gpu-buffer'])),
      });
      const expected = new Map(leaves(example as Tree<NdArray>, isNdArray));
      return {
        async run(input: Tree<AnyArray>, into?: ReadonlyMap<string, NdArray>) {
          const given = leaves(input, isAnyArray);
          if (given.length !== expected.size) {
            throw new TypeError(`expected an input of ${expected.size} arrays, got ${given.length}`);
          }
          for (const [path, array] of given) checkLike(path, array, expected.get(path));
          const fetched = await session.run(
            Object.fromEntries(given.map(([path, array]) => [inputName(path), toOrtTensor(array)])),
            Object.fromEntries(outputs.map(([path, { name }]) => [name, placeOf(into?.get(path))])),
          );
          return mapTree(result, isOutput, ({ name }) => toArray(fetched[name] as Tensor));
        },
        dispose: () => session.release(),
      };
    },
  };
}

/** `fn` as a model for a provider, its outputs by path, and the tree of them that it returns. @throws like `trace`. */
export function record<I>(
  provider: Provider,
  fn: (input: I) => unknown,
  example: ArraysOf<I>,
): { model: Uint8Array; outputs: readonly (readonly [path: string, Output])[]; result: Tree<Output> } {
  const { graph, result } = trace(fn, example, STRENGTHS[provider]);
  const outputs = leaves(result, isOutput);
  if (provider === 'cpu') {
    // Elsewhere it is not the memory of this machine.
    const values = outputs.map(([, { value }]) => graph.dense(value));
    checkMemory(OVERHEAD * peakBytes(graph, values), 'this computation');
  }
  const model = encodeModel(
    graph,
    outputs.map(([, output]) => output),
  );
  return { model, outputs, result };
}

export async function createSession(
  runtime: OnnxRuntime,
  provider: Provider,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(model, {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      // With a plan of all intermediate results, ONNX Runtime takes their memory from the system anew at each run.
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...runtime.sessionOptions(threadCount()),
      ...options,
    });
  } catch (error) {
    if (provider === 'cpu') throw error;
    // Native assertions begin with where they are in the source.
    const reason = (error as Error).message.replace(/^.* was false\. /s, '').trim();
    throw new UserError(`device "${provider}": ${reason}${host.advice}`, { cause: error });
  }
}

const toArray = (tensor: Tensor): AnyArray =>
  tensor.location === 'cpu'
    ? { dtype: tensor.type as 'float32', shape: tensor.dims, data: tensor.data as Float32Array }
    : new DeviceArray(tensor.type as 'float32', tensor.dims, tensor);

function checkLike(path: string, array: AnyArray, example: NdArray | undefined): void {
  const expected = example && `${example.dtype} [${example.shape}]`;
  const got = `${array.dtype} [${array.shape}]`;
  if (expected !== got)
    throw new TypeError(`expected ${expected ?? 'no array'} as input "${path}", got ${got}`);
}
