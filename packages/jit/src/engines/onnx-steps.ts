// Several steps of a loop as one run of ONNX Runtime, by its operator Loop. What a run gives is copied to new memory, which
// costs a tenth of a training step where it is the state of one; so it is the state after several.
import type { NdArray } from '@blind-demod/arrays';
import type { Tensor } from 'onnxruntime-common';
import type { OnnxRuntime } from '../host.js';
import { encodeLoop, LOOP_NAMES } from '../onnx.js';
import { rowOf, stack } from '../rows.js';
import { inputName, isOutput, type Output } from '../trace.js';
import { type ArraysOf, isNdArray, leaves, mapTree, type Tree } from '../tree.js';
import { isOfState, type StepsProgram } from './engine.js';
import { checkLike, createSession, fromHost, recordFor, toHost } from './session.js';

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
  for (const [path, { value }] of outputs) if (isOfState(path)) checkLike(path, value, states.get(path));
  const after = new Map(outputs.filter(([path]) => isOfState(path)));
  for (const [path, before] of states) checkLike(path, after.get(path)?.value, before);

  const model = encodeLoop(
    graph,
    new Map([...after].map(([path, output]) => [inputName(path), output])),
    outputs.flatMap(([path, output]) => (isOfState(path) ? [] : [output])),
  );
  const session = await createSession(runtime, 'cpu', model, {});
  const { state: stateTree, ...others } = result as Readonly<Record<string, Tree<Output>>>;
  return {
    async run(given) {
      const feeds: Record<string, Tensor> = {
        [count]: new runtime.Tensor('int64', BigInt64Array.of(BigInt(given.inputs.length)), []),
      };
      for (const [path, array] of leaves(given.state, isNdArray, 'state'))
        feeds[first(inputName(path))] = toHost(runtime, array);
      const steps = given.inputs.map(input => new Map(leaves(input, isNdArray, 'input')));
      for (const [path, example] of inputs) {
        for (const step of steps) checkLike(path, step.get(path), example);
        feeds[all(inputName(path))] = toHost(runtime, stack(steps.map(step => step.get(path)!)));
      }
      const fetched = (await session.run(feeds)) as Readonly<Record<string, Tensor>>;
      return {
        state: mapTree(stateTree!, isOutput, ({ name }) => fromHost(fetched[last(name)]!)),
        outputs: given.inputs.map((_, step) =>
          mapTree(others, isOutput, ({ name }) => rowOf(fromHost(fetched[each(name)]!), step)),
        ),
      };
    },
    dispose: () => session.release(),
  };
}
