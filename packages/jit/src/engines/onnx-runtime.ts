// Runs a recorded function as a graph in ONNX Runtime, on the processor or by another of its execution providers.
import type { NdArray } from '@blind-demod/arrays';
import type { Tensor } from 'onnxruntime-common';
import { host } from '#host';
import type { Provider } from '../host.js';
import { inputName, isOutput } from '../trace.js';
import { type ArraysOf, isNdArray, leaves, mapTree, type Tree } from '../tree.js';
import { type AnyArray, DeviceArray, type Engine, isAnyArray } from './engine.js';
import { compileSteps } from './onnx-steps.js';
import { checkLike, createSession, fromHost, record, toHost } from './session.js';

/** @throws UserError if there is no ONNX Runtime here that has the provider. */
export async function onnxRuntimeEngine(provider: Provider): Promise<Engine> {
  const runtime = await host.onnxRuntime(provider);
  const toOrtTensor = (array: AnyArray): Tensor =>
    array instanceof DeviceArray ? (array.tensor as Tensor) : toHost(runtime, array);
  return {
    computesAside: provider === 'webgpu',
    // Elsewhere the state is not on the host between two steps.
    ...(provider === 'cpu' && { compileSteps: (fn, example) => compileSteps(runtime, fn, example) }),
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
        async run(input: Tree<AnyArray>) {
          const given = leaves(input, isAnyArray);
          if (given.length !== expected.size) {
            throw new TypeError(`expected an input of ${expected.size} arrays, got ${given.length}`);
          }
          for (const [path, array] of given) checkLike(path, array, expected.get(path));
          const fetched = await session.run(
            Object.fromEntries(given.map(([path, array]) => [inputName(path), toOrtTensor(array)])),
          );
          return mapTree(result, isOutput, ({ name }) => toArray(fetched[name] as Tensor));
        },
        dispose: () => session.release(),
      };
    },
  };
}

const toArray = (tensor: Tensor): AnyArray =>
  tensor.location === 'cpu'
    ? fromHost(tensor)
    : new DeviceArray(tensor.type as 'float32', tensor.dims, tensor);
