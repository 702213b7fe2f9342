// The recorded graph: what it leaves out, what it writes once, and what it refuses.
import { float32, type NdArray } from '@blind-demod/arrays';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Strengths } from '../src/graph.js';
import { constant } from '../src/index.js';
import { encodeModel } from '../src/onnx.js';
import { isOutput, trace } from '../src/trace.js';
import { leaves } from '../src/tree.js';
import { nd } from './cases/case.js';

const matrix = nd([2, 3], [1, 2, 3, 4, 5, 6]);
const images = float32([2, 8, 8, 3], new Float32Array(384));
const filter = float32([3, 3, 3, 4], new Float32Array(108));

type Inputs = Record<'x' | 'filter', tf.Tensor>;

/** The operators of the nodes that the results of `fn` need, in order; and the size of its model in bytes. */
function recorded(
  fn: (inputs: Inputs) => unknown,
  inputs = { x: matrix, filter },
  strengths: Strengths = {},
) {
  const { graph, result } = trace(fn, inputs, strengths);
  const outputs = leaves(result, isOutput);
  const { nodes, constants } = graph.reachable(outputs.map(([, { value }]) => graph.dense(value)));
  return {
    operators: nodes.map(({ operator }) => operator),
    constants: constants.filter(({ value }) => value.dtype !== 'int64').map(({ value }) => value.shape),
    bytes: encodeModel(
      graph,
      outputs.map(([, output]) => output),
    ).length,
  };
}

const conv = (x: tf.Tensor, kernel: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same');

describe('a bias', () => {
  const bias = float32([1, 4, 1, 1], Float32Array.of(1, 2, 3, 4));
  const narrow = (x: tf.Tensor, kernel: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same', 'NCHW');
  const x = float32([2, 3, 8, 8], new Float32Array(384));

  test('is added by the convolution', () => {
    const fn = (given: Inputs) => tf.relu(tf.add(constant(bias), narrow(given.x, given.filter)));
    expect(recorded(fn, { x, filter }).operators.toSorted()).toEqual([
      'Conv',
      'Relu',
      'Reshape',
      'Transpose',
    ]);
  });

  test('that is not one number per channel is added after it', () => {
    const rows = float32(
      [8, 1],
      Float32Array.from({ length: 8 }, (_, i) => i),
    );
    const fn = (given: Inputs) => tf.add(narrow(given.x, given.filter), constant(rows));
    expect(recorded(fn, { x, filter }).operators).toContain('Add');
  });
});

describe('a convolution of small images by filters that vary', () => {
  const shapesOfConvolutions = (fn: (inputs: Inputs) => unknown, x: NdArray, foldedBatches: boolean) => {
    const { graph } = trace(fn, { x, filter }, { foldedBatches });
    return graph.nodes
      .filter(({ operator }) => operator === 'Conv')
      .map(({ outputs }) => graph.shapes.get(outputs[0]!));
  };
  const convolved = ({ x, filter }: Inputs) => conv(x, filter);

  test('is one of all of them, where the engine does better so', () => {
    expect(shapesOfConvolutions(convolved, images, true)).toEqual([[1, 4, 2, 8, 8]]);
    expect(shapesOfConvolutions(convolved, images, false)).toEqual([[2, 4, 8, 8]]);
  });

  test.each([
    ['a single image', float32([1, 8, 8, 3], new Float32Array(192)), convolved, [1, 4, 8, 8]],
    ['large images', float32([2, 9, 9, 3], new Float32Array(486)), convolved, [2, 4, 9, 9]],
    ['constant filters', images, ({ x }: Inputs) => conv(x, constant(filter)), [2, 4, 8, 8]],
  ])('but not of %s', (_, x, fn, shape) => {
    expect(shapesOfConvolutions(fn, x, true)).toEqual([shape]);
  });
});

describe('a transposed convolution', () => {
  const enlarge = (channels: number, strengths?: Strengths, strides = 2) => {
    const image = float32([2, 3, 4, 4], new Float32Array(96));
    const weights = float32([4, 4, channels, 3], new Float32Array(48 * channels));
    const size = 4 * strides;
    const attrs = { strides, pad: 'same', dataFormat: 'NCHW', inputShape: [2, channels, size, size] };
    return recorded(
      ({ x, filter }) =>
        tf.engine().runKernel('Conv2DBackpropInput', { dy: x, filter }, attrs as never) as tf.Tensor,
      { x: image, filter: weights },
      strengths,
    ).operators;
  };
  const count = (operators: string[], operator: string) => operators.filter(name => name === operator).length;

  test('to many channels is a convolution for each pixel of a block', () => {
    expect(count(enlarge(16), 'Conv')).toBe(4);
    expect(count(enlarge(16), 'ConvTranspose')).toBe(0);
  });

  test('of stride one is a convolution', () => {
    expect(count(enlarge(3, {}, 1), 'Conv')).toBe(1);
    expect(count(enlarge(3, {}, 1), 'ConvTranspose')).toBe(0);
    expect(count(enlarge(1, {}, 1), 'ConvTranspose')).toBe(1);
  });

  test.each<[string, number, Strengths?]>([
    ['to few channels', 3],
    ['where the engine does better so', 16, { transposedConvolutions: true }],
  ])('%s stays one', (_, channels, strengths) => {
    expect(count(enlarge(channels, strengths), 'Conv')).toBe(0);
    expect(count(enlarge(channels, strengths), 'ConvTranspose')).toBe(1);
  });
});

describe('transposes', () => {
  test('of transposes that cancel are left out', () => {
    expect(recorded(({ x }) => tf.transpose(tf.transpose(x))).operators).toEqual([]);
  });

  test('of transposes are one', () => {
    const twice = (x: tf.Tensor) => tf.transpose(tf.transpose(x, [1, 2, 3, 0]), [1, 2, 3, 0]);
    expect(recorded(({ x }) => twice(x), { x: images, filter }).operators).toEqual(['Transpose']);
    expect(recorded(({ x }) => twice(twice(x)), { x: images, filter }).operators).toEqual([]);
  });

  test('that move only axes of length one are reshapes', () => {
    const x = float32([4, 1, 5], new Float32Array(20));
    expect(recorded(({ x }) => tf.transpose(x, [1, 0, 2]), { x, filter }).operators).toEqual(['Reshape']);
  });

  test('between convolutions cancel', () => {
    const other = ({ x, filter }: Inputs) => conv(conv(x, filter), tf.transpose(filter, [0, 1, 3, 2]));
    // In and out, and one for each filter.
    expect(recorded(other, { x: images, filter }).operators.toSorted()).toEqual([
      'Conv',
      'Conv',
      'Transpose',
      'Transpose',
      'Transpose',
      'Transpose',
    ]);
  });

  test('of filters kept in the layout of ONNX cancel', () => {
    const inOnnxLayout = ({ x, filter }: Inputs) =>
      tf.conv2d(x as tf.Tensor4D, tf.transpose(filter as tf.Tensor4D, [2, 3, 1, 0]), 1, 'same', 'NCHW');
    const inputs = {
      x: float32([2, 3, 8, 8], new Float32Array(384)),
      filter: float32([4, 3, 3, 3], new Float32Array(108)),
    };
    expect(recorded(inOnnxLayout, inputs).operators).toEqual(['Conv']);
  });
});

describe('nodes', () => {
  test('that are equal are one', () => {
    expect(recorded(({ x }) => tf.mul(tf.exp(x), tf.exp(x))).operators).toEqual(['Exp', 'Mul']);
  });

  test('with other attributes are not equal', () => {
    const operators = recorded(({ x }) => tf.add(tf.leakyRelu(x, 0.1), tf.leakyRelu(x, 0.2))).operators;
    expect(operators).toEqual(['LeakyRelu', 'LeakyRelu', 'Add']);
  });

  test('whose result nobody uses are dropped', () => {
    const { operators } = recorded(({ x }) => {
      tf.tanh(tf.matMul(x, x, false, true));
      return tf.sum(x);
    });
    expect(operators).toEqual(['ReduceSum']);
  });

  test('that change nothing are left out', () => {
    expect(recorded(({ x }) => tf.div(tf.mul(tf.add(tf.sub(x, 0), 0), 1), 1)).operators).toEqual([]);
    expect(
      recorded(({ x }) => tf.slice(tf.reshape(tf.sum(x, []), [2, 3]), [0, 0], [-1, 3])).operators,
    ).toEqual([]);
  });
});

describe('constants', () => {
  const size = [512, 512];

  test.each<[string, (x: tf.Tensor) => tf.Tensor, string[]]>([
    ['zeros', x => tf.add(tf.mul(tf.sum(x), tf.ones(size)), tf.zeros(size)), ['ReduceSum', 'Expand']],
    ['fill', x => tf.sum(tf.mul(tf.fill(size, 0.5), tf.sum(x))), ['ReduceSum', 'Mul', 'Expand', 'ReduceSum']],
    [
      'where',
      x => tf.where(tf.greater(tf.sum(x), 0), tf.zeros(size), tf.fill(size, 2)),
      ['ReduceSum', 'Greater', 'Reshape', 'Where', 'Expand'],
    ],
    [
      'zerosLike',
      x => tf.maximum(tf.matMul(x, tf.ones([3, 512])), tf.zerosLike(tf.ones([2, 512]))),
      ['Expand', 'Gemm', 'Max'],
    ],
    [
      'an array of one number',
      x => tf.add(tf.sum(x), constant(float32(size, new Float32Array(512 * 512).fill(3)))),
      ['ReduceSum', 'Add', 'Expand'],
    ],
  ])('%s of many elements are not written out', (_, fn, operators) => {
    const model = recorded(({ x }) => fn(x));
    expect(model.operators).toEqual(operators);
    expect(model.constants.every(shape => shape.length === 0)).toBe(true);
    expect(model.bytes).toBeLessThan(1500);
  });

  test('of a gradient through broadcasts are not written out', () => {
    const loss = (x: tf.Tensor) => tf.mean(tf.square(tf.sub(tf.mul(tf.sum(x), tf.ones(size)), 1)));
    expect(recorded(({ x }) => tf.grad(loss)(x)).bytes).toBeLessThan(4000);
  });

  test('used twice are written once', () => {
    const weights = float32(
      [3, 4],
      Float32Array.from({ length: 12 }, (_, i) => i),
    );
    const { constants } = recorded(({ x }) =>
      tf.add(tf.matMul(x, constant(weights) as tf.Tensor2D), tf.matMul(x, constant(weights) as tf.Tensor2D)),
    );
    expect(constants).toEqual([[3, 4]]);
  });

  test('that nobody uses are dropped', () => {
    expect(recorded(({ x }) => [tf.exp(x), tf.tensor1d([1, 2, 3])][0]).constants).toEqual([]);
  });
});

describe('a function that cannot be recorded', () => {
  const fails = (fn: (inputs: Inputs) => unknown) => expect(() => trace(fn, { x: matrix, filter }));

  test('because it reads a value: the error names the kernel', () => {
    fails(({ x }) => tf.exp(x).dataSync()).toThrow(/got a read of the result of Exp while tracing/);
    fails(({ x }) => x.dataSync()).toThrow(/got a read of the result of input "x" while tracing/);
    fails(({ x }) => (tf.sum(x).dataSync()[0]! > 0 ? x : tf.neg(x))).toThrow(
      /the result of Sum while tracing/,
    );
  });

  test('because a kernel has no translation: the error names it', () => {
    fails(({ x }) => tf.unique(x)).toThrow(/expected kernels that have an ONNX translation, got Unique/);
  });

  test('because it uses a tensor from outside', async () => {
    await tf.setBackend('cpu');
    const outside = tf.scalar(1);
    fails(({ x }) => tf.add(x, outside)).toThrow(
      /got one made outside it; pass it as an input or use constant\(\)/,
    );
    outside.dispose();
  });

  test('because it uses a tensor of another recording', () => {
    let before: tf.Tensor | undefined;
    const remembering = ({ x }: Inputs) => {
      before ??= tf.keep(tf.exp(x));
      return tf.add(x, before);
    };
    trace(remembering, { x: matrix, filter });
    fails(remembering).toThrow(/got one made outside it/);
  });

  test('because it returns something else than tensors', () => {
    fails(({ x }) => ({ x, size: x.size })).toThrow(/expected a tensor at "size" of the tree, got number/);
  });

  test('because padding in one number would be ambiguous', () => {
    const image = { x: images, filter: float32([3, 2, 3, 4], new Float32Array(72)) };
    const padded = ({ x, filter }: Inputs) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 1);
    expect(() => trace(padded, image)).toThrow(/expected a square filter and equal strides/);
  });

  test('leaves TensorFlow.js as it was', async () => {
    await tf.setBackend('cpu');
    const tensors = tf.memory().numTensors;
    fails(({ x }) => tf.unique(tf.exp(x))).toThrow();
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.scalar(2).dataSync()[0]).toBe(2);
  });
});
