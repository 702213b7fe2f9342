// What an engine does: it makes a tensor program ready to run on one device.
import type { NdArray } from '@blind-demod/arrays';
import { type ArraysOf, isNdArray, type Tree } from '../tree.js';

/** A compiled function: trees of arrays in, trees of arrays out. */
export interface Program<I, O> {
  /** Runs it. @throws TypeError if a shape or type is not that of the example. */
  run(input: I): Promise<O>;
  /** Frees what the engine holds for the program, its constants included. */
  dispose(): Promise<void>;
}

/** An array that stays where the engine that made it computes, until it is disposed of. */
export class DeviceArray<T extends { dispose(): void } = { dispose(): void }> {
  constructor(
    readonly dtype: NdArray['dtype'],
    readonly shape: readonly number[],
    /** The engine's own tensor. */
    readonly tensor: T,
  ) {}

  dispose(): void {
    this.tensor.dispose();
  }
}

/** A leaf of an engine's trees: on the host, or with the engine. */
export type AnyArray = NdArray | DeviceArray;
export const isAnyArray = (value: unknown): value is AnyArray =>
  value instanceof DeviceArray || isNdArray(value);

export interface Engine {
  /** Whether it computes beside the host, which waits for it only where it reads a result. */
  readonly computesAside: boolean;
  /**
   * @param keep tells by their paths which results stay on the device as `DeviceArray`s, where that is another memory
   * than the host's. Any program of the engine takes them as input.
   */
  compile<I>(
    fn: (input: I) => unknown,
    example: ArraysOf<I>,
    keep?: (path: string) => boolean,
  ): Promise<EngineProgram>;
  /** Several steps of a loop as one program, where that is faster: it takes an input for each and gives what each returns. */
  compileSteps?<S, I>(
    fn: (state: S, input: I) => { readonly state: S },
    example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
  ): Promise<StepsProgram>;
}

/** Whether a path of a loop's tree is in its state. */
export const isOfState = (path: string): boolean => /^state(\.|$)/.test(path);

export type EngineProgram = Program<Tree<AnyArray>, Tree<AnyArray>>;

export type StepsProgram = Program<
  { readonly state: Tree<NdArray>; readonly inputs: readonly Tree<NdArray>[] },
  { readonly state: Tree<NdArray>; readonly outputs: readonly Tree<NdArray>[] }
>;
