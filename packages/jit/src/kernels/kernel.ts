// What a translated kernel is: TensorFlow.js' inputs and attributes in, values of the graph out.
import type { Graph, Value, ValueType } from '../graph.js';

/** A call of a kernel while a function is recorded. */
export interface KernelCall {
  readonly graph: Graph;
  /** The kernel's inputs by TensorFlow.js' names; a list of inputs (Concat, Pack) is named "0", "1", … */
  readonly inputs: Readonly<Record<string, Value>>;
  // biome-ignore lint/suspicious/noExplicitAny: each kernel's attributes are typed by TensorFlow.js, under its own name
  readonly attrs: any;
}

/** Appends the nodes of one kernel call and returns its result. */
export type Kernel = (call: KernelCall) => Value | readonly Value[];
/** Kernels by TensorFlow.js' names. */
export type KernelTable = Readonly<Record<string, Kernel>>;

/** The same kernels, for inputs of these types only: of others, ONNX Runtime would fail without naming the kernel. */
export function forTypes(types: readonly ValueType[], kernels: KernelTable): KernelTable {
  const checked =
    (name: string, kernel: Kernel): Kernel =>
    call => {
      for (const { dtype } of Object.values(call.inputs)) {
        if (!types.includes(dtype)) {
          throw new TypeError(`expected ${types.join(' or ')} for ${name}, got ${dtype}; use tf.cast`);
        }
      }
      return kernel(call);
    };
  return Object.fromEntries(Object.entries(kernels).map(([name, kernel]) => [name, checked(name, kernel)]));
}
