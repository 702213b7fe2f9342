// A function as a session of ONNX Runtime: it is recorded for a provider, and made ready to run.
import { checkMemory, type NdArray, UserError } from '@blind-demod/arrays';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { host } from '#host';
import type { Graph, Strengths } from '../graph.js';
import type { OnnxRuntime, Provider } from '../host.js';
import { peakBytes } from '../memory.js';
import { encodeModel } from '../onnx.js';
import { threadCount } from '../threads.js';
import { isOutput, type Output, trace } from '../trace.js';
import { type ArraysOf, leaves, type Tree } from '../tree.js';

/** What each provider's kernels do well, as far as it was measured. */
const STRENGTHS: Readonly<Record<Provider, Strengths>> = {
  cpu: { foldedBatches: true, fastProducts: true },
  webgpu: { transposedConvolutions: true, parallelResults: true },
  cuda: {},
};

/** How much more memory ONNX Runtime takes for a program than its arrays have: 1.5 to 1.9 times where training was measured. */
const OVERHEAD = 1.5;

/** A recorded function: its graph, its outputs by path, and the tree of them that it returns. */
export interface Recording {
  readonly graph: Graph;
  readonly outputs: readonly (readonly [path: string, Output])[];
  readonly result: Tree<Output>;
}

/** `fn` as a provider runs it best. @throws like `trace`, and a UserError if this machine has no memory for it. */
export function recordFor<I>(provider: Provider, fn: (input: I) => unknown, example: ArraysOf<I>): Recording {
  const { graph, result } = trace(fn, example, STRENGTHS[provider]);
  const outputs = leaves(result, isOutput);
  if (provider === 'cpu') {
    // Elsewhere it is not the memory of this machine.
    const values = outputs.map(([, { value }]) => graph.dense(value));
    checkMemory(OVERHEAD * peakBytes(graph, values), 'this computation');
  }
  return { graph, outputs, result };
}

/** The same as a model. */
export function record<I>(
  provider: Provider,
  fn: (input: I) => unknown,
  example: ArraysOf<I>,
): Recording & { model: Uint8Array } {
  const recording = recordFor(provider, fn, example);
  const { graph, outputs } = recording;
  const model = encodeModel(
    graph,
    outputs.map(([, output]) => output),
  );
  return { ...recording, model };
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

/** An array as ONNX Runtime takes it. */
export const toHost = ({ Tensor }: OnnxRuntime, { dtype, data, shape }: NdArray): Tensor =>
  new Tensor(dtype as 'float32', data as Float32Array, shape);

/** A tensor that is on the host as an array. */
export const fromHost = ({ type, dims, data }: Tensor): NdArray => ({
  dtype: type as 'float32',
  shape: dims,
  data: data as Float32Array,
});

/** What an array has to have in common with another. */
interface Kind {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** @throws TypeError unless the array at this path has the shape and type of the example */
export function checkLike(path: string, array: Kind | undefined, example: Kind | undefined): void {
  const [got, expected] = [array, example].map(kind => (kind ? `${kind.dtype} [${kind.shape}]` : 'no array'));
  if (expected !== got) throw new TypeError(`expected ${expected} as input "${path}", got ${got}`);
}
