// A TensorFlow.js backend that records instead of computing: running a function on it yields the function's graph,
// and TensorFlow.js' automatic differentiation comes along unchanged.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
// The gradients of TensorFlow.js' kernels. Its core has a module that registers them, for bundlers; Node cannot load it,
// and its build for Node lacks them, but that of tfjs-layers has them.
import '#gradients';
import { Graph, type Strengths, type Value } from './graph.js';
import { kernelTable } from './kernels/table.js';
import { type ArraysOf, isNdArray, isTensor, mapTree, type Tree } from './tree.js';

const BACKEND = 'blind-demod-trace';

/** A recorded function: its graph, and how its inputs and outputs map to the function's trees. */
export interface Trace {
  readonly graph: Graph;
  /** The tree that the function returned, with an output at each leaf. */
  readonly result: Tree<Output>;
}

export class Output {
  constructor(
    readonly name: string,
    readonly value: Value,
  ) {}
}

/** Whether a leaf of `Trace.result` is an output. */
export const isOutput = (leaf: unknown): leaf is Output => leaf instanceof Output;

class RecordingBackend extends tf.KernelBackend {
  graph = new Graph();
  #values = new WeakMap<object, Value>();

  /** Starts a recording; tensors of another are foreign to it. */
  begin(strengths?: Strengths): Graph {
    this.graph = new Graph(strengths);
    this.#values = new WeakMap();
    return this.graph;
  }

  value(dataId: object): Value {
    const value = this.#values.get(dataId);
    if (value === undefined) {
      throw new TypeError(
        'expected only tensors of the traced function, got one made outside it; pass it as an input or use constant()',
      );
    }
    return value;
  }

  /** A handle for `value`, as TensorFlow.js passes tensors between kernels. */
  keep(value: Value): tf.TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: value.dtype as tf.DataType };
  }

  override write(data: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (dtype === 'string' || dtype === 'complex64')
      throw new TypeError(`expected real numbers, got ${dtype}`);
    return this.keep(this.graph.constant(data as Float32Array, shape, dtype)).dataId;
  }

  #unreadable(dataId: object): never {
    const { origin } = this.value(dataId);
    throw new TypeError(
      `expected a program whose steps do not depend on values, got a read of the result of ${origin} while tracing`,
    );
  }
  override readSync(dataId: object): never {
    this.#unreadable(dataId);
  }
  override async read(dataId: object): Promise<never> {
    this.#unreadable(dataId);
  }

  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
}

// Keeps TensorFlow.js from advertising its native backend on standard error.
tf.enableProdMode();

const recorder = new RecordingBackend();
tf.registerBackend(BACKEND, () => recorder, 0);
for (const [kernelName, kernel] of Object.entries(kernelTable)) {
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs }) => {
      // Inputs that may be left out come as undefined.
      const given = Object.entries(inputs as object).filter(([, info]) => info !== undefined);
      const values = given.map(([name, info]) => [name, recorder.value(info.dataId)]);
      const outer = recorder.graph.kernel;
      recorder.graph.kernel = kernelName;
      const result = kernel({ graph: recorder.graph, inputs: Object.fromEntries(values), attrs });
      recorder.graph.kernel = outer;
      return Array.isArray(result)
        ? result.map(value => recorder.keep(value))
        : recorder.keep(result as Value);
    },
  });
}

/**
 * Runs `body` with another TensorFlow.js backend, then returns to the one before and frees what `body` made. Both
 * must be ready: it does not wait.
 */
export function onBackend<T>(backend: string, body: () => T): T {
  const before = tf.engine().backendName;
  void tf.setBackend(backend);
  tf.engine().startScope();
  try {
    return body();
  } finally {
    tf.engine().endScope();
    if (before) void tf.setBackend(before);
  }
}

/** The name that a program's input has in its graph, by its path in the tree. */
export const inputName = (path: string): string => path || 'input';

/**
 * Records `fn` on symbolic tensors with the shapes and types of `example`.
 * @throws TypeError if `fn` reads a tensor's value, uses a tensor from outside, or a kernel without a translation.
 */
export function trace<I, O>(fn: (input: I) => O, example: ArraysOf<I>, strengths?: Strengths): Trace {
  return onBackend(BACKEND, () => {
    const graph = recorder.begin(strengths);
    const symbolic = mapTree(example as Tree<NdArray>, isNdArray, ({ shape, dtype }, path) => {
      if (dtype === 'uint8')
        throw new TypeError(`expected float32, int32 or bool as input "${path}", got uint8`);
      const value = graph.input(inputName(path), shape, dtype);
      return tf.engine().makeTensorFromTensorInfo(recorder.keep(value));
    });
    const returned = explainMissingKernel(() => fn(symbolic as I));
    const result = mapTree(
      returned as Tree<tf.Tensor>,
      isTensor,
      (tensor, path) => new Output(`%out.${path}`, recorder.value(tensor.dataId)),
    );
    return { graph, result };
  });
}

function explainMissingKernel<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    const kernel = /Kernel '(\w+)' not registered/.exec(String(error))?.[1];
    if (kernel === undefined) throw error;
    throw new TypeError(`expected kernels that have an ONNX translation, got ${kernel}`, { cause: error });
  }
}
