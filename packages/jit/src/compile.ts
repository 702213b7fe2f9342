// The way in: a pure TensorFlow.js function becomes a program on a device.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from './device-names.js';
import { engineOf } from './devices.js';
import type { Program } from './engines/engine.js';
import { type Loop, startLoop } from './loop.js';
import { encodeModel } from './onnx.js';
import { type Output, trace } from './trace.js';
import type { ArraysOf } from './tree.js';

/**
 * Makes `fn` ready to run on a device: recorded once as a graph and given to ONNX Runtime (`cpu`, `webgpu`), or kept as
 * it is (`js`). `fn` must be pure, and its steps must not depend on tensors' values; random numbers are inputs.
 *
 * @param fn takes and returns trees of tensors: nested arrays and objects.
 * @param example a tree of arrays with the shapes and types of every later input; float32, int32 or bool.
 * @param options `device` is where it runs; `auto` is the best that works here.
 * @throws TypeError if `fn` cannot be recorded, or an input of `run` has another shape or type than the example; UserError
 * if the device does not work here.
 * @example
 * import { compile, float32 } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const [a, b] = [float32([2], Float32Array.of(1, 2)), float32([2], Float32Array.of(3, 4))];
 * const sum = await compile(({ a, b }) => tf.add(a, b), { a, b }, { device: 'cpu' });
 * const { data } = await sum.run({ a, b });
 * console.log([...data].join(' ')); // 4 6
 * await sum.dispose();
 */
export async function compile<I, O>(
  fn: (input: I) => O,
  example: ArraysOf<I>,
  { device }: { device: Device },
): Promise<Program<ArraysOf<I>, ArraysOf<O>>> {
  const engine = await engineOf(device);
  return (await engine.compile(fn, example)) as Program<unknown, unknown> as Program<
    ArraysOf<I>,
    ArraysOf<O>
  >;
}

/**
 * Makes an iteration ready to run on a device: `fn` takes a state and an input, and returns the next state and whatever
 * else it finds out. The state stays on the device from one step to the next; a processor's own memory is one too. Wait for a
 * call to end before the next.
 *
 * @param fn takes and returns trees of tensors; of what it returns, `state` goes into the next step.
 * @param example the first state, and an input with the shapes and types of every later one.
 * @param options `device` is where it runs. `several`: whether `steps` gets several inputs at a time; on `cpu` they
 * are one program then, and the state is copied once for all of them.
 * @throws like `compile`.
 * @example
 * import { compileLoop, float32 } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * // Newton's iteration for the square root of its input.
 * const number = value => float32([], Float32Array.of(value));
 * const root = await compileLoop(
 *   (state, input) => ({ state: tf.div(tf.add(state, tf.div(input, state)), 2) }),
 *   { state: number(1), input: number(2) },
 *   { device: 'cpu' },
 * );
 * for (let step = 0; step < 3; step++) await root.step(number(2));
 * await root.steps([number(2), number(2)]); // two at a time
 * const { data } = await root.state();
 * console.log(data[0].toFixed(4)); // 1.4142
 * await root.dispose();
 */
export async function compileLoop<S, I, R extends { readonly state: S }>(
  fn: (state: S, input: I) => R,
  example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
  { device, several = false }: { device: Device; several?: boolean },
): Promise<Loop<ArraysOf<S>, ArraysOf<I>, ArraysOf<Omit<R, 'state'>>>> {
  return startLoop(await engineOf(device), fn, example, several);
}

/**
 * Inside a compiled function: an array as a tensor that belongs to the program, not to its input. ONNX Runtime may pack it
 * once for all runs.
 *
 * @param array float32, int32 or bool, of any shape.
 * @returns a tensor of the array's shape and type.
 * @example
 * import { compile, constant, float32 } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const weight = float32([2, 1], Float32Array.of(10, 1));
 * const digits = float32([1, 2], Float32Array.of(4, 2));
 * const program = await compile(x => tf.matMul(x, constant(weight)), digits, { device: 'cpu' });
 * console.log((await program.run(digits)).data[0]); // 42
 * await program.dispose();
 */
export function constant({ data, shape, dtype }: NdArray): tf.Tensor {
  return tf.tensor(data, [...shape], dtype as 'float32');
}

/**
 * `fn` over a batch as an ONNX model file: input and output have one name each and a first axis of any length.
 *
 * @param fn takes and returns one tensor whose first axis is the batch.
 * @param example an input; its first axis is the batch, and its length and values do not matter.
 * @param names what the model calls its input and its output.
 * @returns the bytes of the file.
 * @throws TypeError if `fn` cannot be recorded.
 * @example
 * import { decodeModelProto, exportOnnx, float32 } from '@blind-demod/jit';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * const bytes = exportOnnx(x => tf.relu(x), float32([1, 3], new Float32Array(3)), { input: 'x', output: 'y' });
 * console.log(decodeModelProto(bytes).graph.node.map(({ opType }) => opType)); // [ 'Relu' ]
 */
export function exportOnnx(
  fn: (input: tf.Tensor) => tf.Tensor,
  example: NdArray,
  names: { input: string; output: string },
): Uint8Array {
  // A batch of one would be taken for an axis that broadcasts.
  const batch = { ...example, shape: [2, ...example.shape.slice(1)] };
  const { graph, result } = trace((inputs: Record<string, tf.Tensor>) => fn(inputs[names.input]!), {
    [names.input]: batch,
  });
  return encodeModel(graph, [{ name: names.output, value: (result as Output).value }], { batch: 'batch' });
}
