// What an engine does: it makes a tensor program ready to run on one device.
import type { ArraysOf } from '../tree.js';

/** A compiled function: trees of arrays in, trees of arrays out. */
export interface Program<I, O> {
  run(input: I): Promise<O>;
  /** Frees what the engine holds for the program, its constants included. */
  dispose(): Promise<void>;
}

export interface Engine {
  compile<I, O>(fn: (input: I) => O, example: ArraysOf<I>): Promise<Program<ArraysOf<I>, ArraysOf<O>>>;
}
