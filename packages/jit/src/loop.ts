// A program that is run over and over on its own state, which stays on the device all the while.

import type { NdArray } from '@blind-demod/arrays';
import { type AnyArray, DeviceArray, type Engine, isAnyArray } from './engines/engine.js';
import { readTogether } from './read.js';
import { type ArraysOf, isNdArray, leaves, type Tree } from './tree.js';

/** A compiled iteration, and the state that it has come to. One call at a time. */
export interface Loop<State, Input, Output> {
  /** One iteration: the state moves on, and what the function returns besides it comes back. */
  step(input: Input): Promise<Output>;
  /**
   * One iteration for each input. What they return besides the state comes back after the last, and each input is asked for
   * when the iteration before is under way: so a GPU and the host do not wait for each other in between.
   */
  steps(inputs: Iterable<Input>): Promise<Output[]>;
  /** The state, read from the device. */
  state(): Promise<State>;
  /** Frees the program and the state. */
  dispose(): Promise<void>;
}

/** The loop of `fn` on an engine; `example.state` is where it starts. */
export async function startLoop<S, I, R extends { readonly state: S }>(
  engine: Engine,
  fn: (state: S, input: I) => R,
  example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
): Promise<Loop<ArraysOf<S>, ArraysOf<I>, ArraysOf<Omit<R, 'state'>>>> {
  type Output = ArraysOf<Omit<R, 'state'>>;
  const program = await engine.compile(
    ({ state, input }: { state: S; input: I }) => fn(state, input),
    example as ArraysOf<{ state: S; input: I }>,
    path => engine.computesAside || /^state(\.|$)/.test(path),
  );
  /** Reads a state: what a program returns comes back to the host unless it is kept. */
  const makeReader = () => engine.compile((state: S) => state, example.state);
  let reader: ReturnType<typeof makeReader> | undefined;
  const outputReader = readTogether(engine);
  let current = example.state as Tree<AnyArray>;
  /** The current state where the caller has it too, so that its memory must stay as it is. */
  let shared: Tree<AnyArray> | undefined = current;
  /** The memory of a state before the current one, for the next one. */
  let spare: ReadonlyMap<string, NdArray> = new Map();

  async function steps(inputs: Iterable<ArraysOf<I>>): Promise<Output[]> {
    const outputs: Tree<AnyArray>[] = [];
    try {
      for (const input of inputs) {
        const before = current;
        const result = await program.run({ state: before, input: input as Tree<AnyArray> }, spare);
        const { state, ...output } = result as { readonly [key: string]: Tree<AnyArray> };
        current = state!;
        outputs.push(output);
        free(before);
        spare = before === shared ? new Map() : onHost({ state: before });
      }
      return (await outputReader.read(outputs)) as Output[];
    } finally {
      free(outputs);
    }
  }

  return {
    step: async input => (await steps([input]))[0]!,
    steps,
    async state() {
      if (onDevice(current).length === 0) {
        shared = current;
        return current as ArraysOf<S>;
      }
      reader ??= makeReader();
      return (await (await reader).run(current)) as ArraysOf<S>;
    },
    async dispose() {
      free(current);
      await (await reader)?.dispose();
      await outputReader.dispose();
      await program.dispose();
    },
  };
}

const onHost = (state: Tree<AnyArray>): Map<string, NdArray> =>
  new Map(leaves(state, isAnyArray).filter((leaf): leaf is [string, NdArray] => isNdArray(leaf[1])));

const onDevice = (state: Tree<AnyArray>): DeviceArray[] =>
  leaves(state, isAnyArray).flatMap(([, array]) => (array instanceof DeviceArray ? [array] : []));

function free(state: Tree<AnyArray>): void {
  for (const array of onDevice(state)) array.dispose();
}
