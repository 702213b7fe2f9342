// Runs a recorded function as a graph in ONNX Runtime. Another of its execution providers (WebGPU, CUDA) is the same
// session with another name.
import type { NdArray } from '@blind-demod/experiment';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../onnx.js';
import { threadLimit } from '../threads.js';
import { inputName, isOutput, trace } from '../trace.js';
import { type ArraysOf, isNdArray, leaves, mapTree, type Tree } from '../tree.js';
import type { Engine, Program } from './engine.js';

export function onnxRuntimeEngine(provider: 'cpu'): Engine {
  return {
    async compile<I, O>(
      fn: (input: I) => O,
      example: ArraysOf<I>,
    ): Promise<Program<ArraysOf<I>, ArraysOf<O>>> {
      const { graph, result } = trace(fn, example);
      const outputs = leaves(result, isOutput).map(([, output]) => output);
      if (outputs.length === 0) throw new TypeError('expected a function that returns tensors, got none');
      const threads = threadLimit();
      const session = await InferenceSession.create(encodeModel(graph, outputs), {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        ...(threads !== undefined && { intraOpNumThreads: threads }),
        // Moments of Adam and gradients fade into subnormal numbers, on which the processor is many times slower.
        extra: { session: { set_denormal_as_zero: '1' } },
      });
      const expected = new Map(leaves(example as Tree<NdArray>, isNdArray));
      return {
        async run(input) {
          const given = leaves(input as Tree<NdArray>, isNdArray);
          if (given.length !== expected.size) {
            throw new TypeError(`expected an input of ${expected.size} arrays, got ${given.length}`);
          }
          for (const [path, array] of given) checkLike(path, array, expected.get(path));
          const fetched = await session.run(
            Object.fromEntries(given.map(([path, array]) => [inputName(path), toOrtTensor(array)])),
          );
          return mapTree(result, isOutput, ({ name }) => toArray(fetched[name]!)) as ArraysOf<O>;
        },
        dispose: () => session.release(),
      };
    },
  };
}

const toOrtTensor = ({ dtype, data, shape }: NdArray): Tensor =>
  new Tensor(dtype as 'float32', data as Float32Array, shape);

const toArray = ({ type, dims, data }: InferenceSession.OnnxValueMapType[string]): NdArray => ({
  dtype: type as 'float32',
  shape: dims,
  data: data as Float32Array,
});

function checkLike(path: string, array: NdArray, example: NdArray | undefined): void {
  const expected = example && `${example.dtype} [${example.shape}]`;
  const got = `${array.dtype} [${array.shape}]`;
  if (expected !== got)
    throw new TypeError(`expected ${expected ?? 'no array'} as input "${path}", got ${got}`);
}
