// What a translated kernel is: TensorFlow.js' inputs and attributes in, values of the graph out.
import type { Graph, Value } from '../graph.js';

export interface KernelCall {
  readonly graph: Graph;
  /** The kernel's inputs by TensorFlow.js' names; a list of inputs (Concat, Pack) is named "0", "1", … */
  readonly inputs: Readonly<Record<string, Value>>;
  // biome-ignore lint/suspicious/noExplicitAny: each kernel's attributes are typed by TensorFlow.js, under its own name
  readonly attrs: any;
}

/** Appends the nodes of one kernel call and returns its result. */
export type Kernel = (call: KernelCall) => Value | readonly Value[];
export type KernelTable = Readonly<Record<string, Kernel>>;
