// Several steps of a loop as one run of ONNX Runtime, by its operator Loop. What a run gives is copied to new memory, which
// costs a tenth of a training step where it is the state of one; so it is the state after several.
import type { NdArray } from '@blind-demod/arrays';
import type { Tensor } from 'onnxruntime-common';
import type { OnnxRuntime } from '../host.js';
import { encodeLoop, LOOP_NAMES } from '../onnx.js';
import { inputName, isOutput, type Output } from '../trace.js';
import { type ArraysOf, isNdArray, leaves, mapTree, type Tree } from '../tree.js';
import type { StepsProgram } from './engine.js';
import { checkLike, createSession, onHost, recordFor } from './session.js';

const { count, first, all, last, each } = LOOP_NAMES;

/** @throws TypeError if `fn` cannot be recorded, or returns a state of other shapes than it takes */
export async function compileSteps<S, I>(
  runtime: OnnxRuntime,
  fn: (state: S, input: I) => { readonly state: S },
  example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
): Promise<StepsProgram> {
  const step = ({ state, input }: { state: S; input: I }) => fn(state, input);
  const { graph, outputs, result } = recordFor('cpu', step, example as ArraysOf<{ state: S; input: I }>);
  const states = new Map(leaves(example.state as Tree<NdArray>, isNdArray, 'state'));
  const inputs = new Map(leaves(example.input as Tree<NdArray>, isNdArray, 'input'));
  const isState = (path: string) => /^state(\.|$)/.test(path);
  for (const [path, { value }] of outputs) if (isState(path)) checkLike(path, value, states.get(path));
  const after = new Map(outputs.filter(([path]) => isState(path)));
  for (const [path, before] of states) checkLike(path, after.get(path)?.value, before);

  const model = encodeLoop(
    graph,
    new Map([...after].map(([path, output]) => [inputName(path), output])),
    outputs.flatMap(([path, output]) => (isState(path) ? [] : [output])),
  );
  const session = await createSession(runtime, 'cpu', model, {});
  const { state: stateTree, ...others } = result as Readonly<Record<string, Tree<Output>>>;
  return {
    async run(given) {
      const feeds: Record<string, Tensor> = {
        [count]: new runtime.Tensor('int64', BigInt64Array.of(BigInt(given.inputs.length)), []),
      };
      for (const [path, array] of leaves(given.state, isNdArray, 'state'))
        feeds[first(inputName(path))] = onHost(runtime, array);
      const steps = given.inputs.map(input => new Map(leaves(input, isNdArray, 'input')));
      for (const [path, example] of inputs) {
        for (const step of steps) checkLike(path, step.get(path), example);
        feeds[all(inputName(path))] = onHost(runtime, stack(steps.map(step => step.get(path)!)));
      }
      const fetched = await session.run(feeds);
      const fetchedAs = (name: string): NdArray => {
        const { type, dims, data } = fetched[name] as Tensor;
        return { dtype: type as 'float32', shape: dims, data: data as Float32Array };
      };
      return {
        state: mapTree(stateTree!, isOutput, ({ name }) => fetchedAs(last(name))),
        outputs: given.inputs.map((_, step) =>
          mapTree(others, isOutput, ({ name }) => row(fetchedAs(each(name)), step)),
        ),
      };
    },
    dispose: () => session.release(),
  };
}

/** Arrays of one shape one after the other, along a new first axis. */
function stack(arrays: readonly NdArray[]): NdArray {
  const [{ dtype, shape, data }] = arrays as [NdArray];
  const all = new (data.constructor as Float32ArrayConstructor)(arrays.length * data.length);
  for (const [i, array] of arrays.entries()) all.set(array.data, i * data.length);
  return { dtype, shape: [arrays.length, ...shape], data: all } as NdArray;
}

/** One of them. */
function row({ dtype, shape: [count, ...shape], data }: NdArray, number: number): NdArray {
  const length = data.length / count!;
  return { dtype, shape, data: data.subarray(number * length, (number + 1) * length) } as NdArray;
}
