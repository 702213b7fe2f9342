// A program that is run over and over on its own state, which stays on the device all the while.

import type { NdArray } from '@blind-demod/arrays';
import { type AnyArray, DeviceArray, type Engine, isAnyArray, isOfState } from './engines/engine.js';
import { readTogether } from './read.js';
import { type ArraysOf, leaves, type Tree } from './tree.js';

/** A compiled iteration, and the state that it has come to. One call at a time. */
export interface Loop<State, Input, Output> {
  /** One iteration: the state moves on, and what the function returns besides it comes back. */
  step(input: Input): Promise<Output>;
  /**
   * One iteration for each input, in order. What they return besides the state comes back when all are done. On `webgpu` the
   * next input is asked for while an iteration computes. Where an input is wrong, a loop made for `several` stays where it was
   * before the call, and any other has taken the iterations before that input.
   */
  steps(inputs: Iterable<Input>): Promise<Output[]>;
  /** The state, read from the device. */
  state(): Promise<State>;
  /** Frees the program and the state. */
  dispose(): Promise<void>;
}

/** A loop whatever its state is; the types of trees are the caller's affair. */
type AnyLoop = Loop<Tree<NdArray>, Tree<NdArray>, Tree<NdArray>>;

/** The loop of `fn` on an engine; `example.state` is where it starts. `several`: as `compileLoop` has it. */
export async function startLoop<S, I, R extends { readonly state: S }>(
  engine: Engine,
  fn: (state: S, input: I) => R,
  example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
  several: boolean,
): Promise<Loop<ArraysOf<S>, ArraysOf<I>, ArraysOf<Omit<R, 'state'>>>> {
  const start = several && engine.compileSteps ? startSeveral : startSingle;
  return (await start(engine, fn, example)) as AnyLoop as Loop<
    ArraysOf<S>,
    ArraysOf<I>,
    ArraysOf<Omit<R, 'state'>>
  >;
}

/** A run for each step; the state stays on the device. */
async function startSingle<S, I, R extends { readonly state: S }>(
  engine: Engine,
  fn: (state: S, input: I) => R,
  example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
): Promise<AnyLoop> {
  const program = await engine.compile(
    ({ state, input }: { state: S; input: I }) => fn(state, input),
    example as ArraysOf<{ state: S; input: I }>,
    path => engine.computesAside || isOfState(path),
  );
  /** Reads a state: what a program returns comes back to the host unless it is kept. */
  const makeReader = () => engine.compile((state: S) => state, example.state);
  let reader: ReturnType<typeof makeReader> | undefined;
  const outputReader = readTogether(engine);
  let current = example.state as Tree<AnyArray>;

  async function steps(inputs: Iterable<Tree<NdArray>>): Promise<Tree<NdArray>[]> {
    const outputs: Tree<AnyArray>[] = [];
    try {
      for (const input of inputs) {
        const before = current;
        const result = await program.run({ state: before, input });
        const { state, ...output } = result as { readonly [key: string]: Tree<AnyArray> };
        current = state!;
        outputs.push(output);
        free(before);
      }
      return (await outputReader.read(outputs)) as Tree<NdArray>[];
    } finally {
      free(outputs);
    }
  }

  return {
    step: async input => (await steps([input]))[0]!,
    steps,
    async state() {
      if (onDevice(current).length === 0) return current as Tree<NdArray>;
      reader ??= makeReader();
      return (await (await reader).run(current)) as Tree<NdArray>;
    },
    async dispose() {
      free(current);
      await (await reader)?.dispose();
      await outputReader.dispose();
      await program.dispose();
    },
  };
}

/** One run for all steps of a call; the state is on the host in between. */
async function startSeveral<S, I>(
  engine: Engine,
  fn: (state: S, input: I) => { readonly state: S },
  example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
): Promise<AnyLoop> {
  const program = await engine.compileSteps!(fn, example);
  let current = example.state as Tree<NdArray>;
  const steps = async (given: Iterable<Tree<NdArray>>) => {
    const inputs = [...given];
    if (inputs.length === 0) return [];
    const { state, outputs } = await program.run({ state: current, inputs });
    current = state;
    return [...outputs];
  };
  return {
    step: async input => (await steps([input]))[0]!,
    steps,
    state: async () => current,
    dispose: () => program.dispose(),
  };
}

const onDevice = (state: Tree<AnyArray>): DeviceArray[] =>
  leaves(state, isAnyArray).flatMap(([, array]) => (array instanceof DeviceArray ? [array] : []));

function free(state: Tree<AnyArray>): void {
  for (const array of onDevice(state)) array.dispose();
}
