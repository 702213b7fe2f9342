// The way in: a pure TensorFlow.js function becomes a program on a device.
import type { NdArray } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { type Device, engineOf } from './devices.js';
import type { Program } from './engines/engine.js';
import { type Loop, startLoop } from './loop.js';
import { encodeModel } from './onnx.js';
import { type Output, trace } from './trace.js';
import type { ArraysOf } from './tree.js';

/**
 * Makes `fn` ready to run on a device: recorded once as a graph and given to ONNX Runtime (`cpu`, `webgpu`), or kept as
 * it is (`js`). `fn` must be pure, and its steps must not depend on tensors' values; random numbers are inputs.
 *
 * @param example a tree of arrays with the shapes and types of every later input.
 * @throws TypeError if `fn` cannot be recorded, UserError if the device does not work here.
 * @example
 * const sum = await compile(({ a, b }: { a: Tensor; b: Tensor }) => tf.add(a, b), { a, b }, { device: 'cpu' });
 * const { data } = await sum.run({ a, b });
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
 * else it finds out. The state stays on the device from one step to the next; a processor's own memory is one too.
 *
 * @param example the first state, and an input with the shapes and types of every later one.
 * @throws like `compile`.
 * @example
 * const loop = await compileLoop((state: Tensor, x: Tensor) => ({ state: tf.add(state, x) }), { state, input }, { device });
 * await loop.step(input);
 * const { data } = await loop.state();
 */
export async function compileLoop<S, I, R extends { readonly state: S }>(
  fn: (state: S, input: I) => R,
  example: { readonly state: ArraysOf<S>; readonly input: ArraysOf<I> },
  { device }: { device: Device },
): Promise<Loop<ArraysOf<S>, ArraysOf<I>, ArraysOf<Omit<R, 'state'>>>> {
  return startLoop(await engineOf(device), fn, example);
}

/** Inside a compiled function: an array as a tensor that belongs to the program, not to its input. */
export function constant({ data, shape, dtype }: NdArray): tf.Tensor {
  return tf.tensor(data, [...shape], dtype as 'float32');
}

/**
 * `fn` over a batch as an ONNX model file: input and output have one name each and a first axis of any length.
 * @param example an input; its first axis is the batch, and its length and values do not matter.
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
