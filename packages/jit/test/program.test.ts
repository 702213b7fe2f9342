// Programs as their users see them: trees in and out, errors, gradients, model files.
import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, inject, test } from 'vitest';
import { compile, constant, countOperations, exportOnnx } from '../src/index.js';
import { nd } from './cases/case.js';
import { difference } from './difference.js';

const normals = (name: string, ...shape: number[]) =>
  float32(shape, randomStream(1, name).normals(shape.reduce((size, length) => size * length, 1)));

describe.each([...inject('devices'), 'js'] as const)('on %s, a program', device => {
  test('takes and returns trees', async () => {
    const input = {
      weights: [nd([2], [1, 2]), { bias: nd([], [3]) }],
      // Names like those that a graph gives its own values.
      v0: nd([1], [4]),
      out: { x: nd([1], [5], 'int32') },
      flag: nd([2], [1, 0], 'bool'),
    } as const;
    type In = {
      weights: [tf.Tensor, { bias: tf.Tensor }];
      v0: tf.Tensor;
      out: { x: tf.Tensor };
      flag: tf.Tensor;
    };
    const fn = ({ weights: [w, { bias }], v0, out, flag }: In) => ({
      sum: tf.add(tf.add(w, bias), v0),
      same: [w, [w, bias]],
      x: tf.mul(out.x, tf.scalar(2, 'int32')),
      flag: tf.logicalNot(flag),
      constant: tf.tensor1d([1, 2, 3]),
      repeated: tf.zeros([2, 2]),
      nothing: {},
    });
    const program = await compile(fn, input as never, { device });
    const output = await program.run(input as never);
    expect(output).toEqual({
      sum: nd([2], [8, 9]),
      same: [nd([2], [1, 2]), [nd([2], [1, 2]), nd([], [3])]],
      x: nd([1], [10], 'int32'),
      flag: nd([2], [0, 1], 'bool'),
      constant: nd([3], [1, 2, 3]),
      repeated: nd([2, 2], [0, 0, 0, 0]),
      nothing: {},
    });
    await program.dispose();
  });

  test('takes and returns a lone array', async () => {
    const program = await compile((x: tf.Tensor) => tf.square(x), nd([2], [0, 0]), { device });
    expect(await program.run(nd([2], [3, 4]))).toEqual(nd([2], [9, 16]));
    await program.dispose();
  });

  test('gives results that later runs leave alone', async () => {
    const program = await compile((x: tf.Tensor) => [x, tf.add(x, 1)], nd([2], [0, 0]), { device });
    const input = nd([2], [3, 4]);
    const [same, first] = await program.run(input);
    await program.run(nd([2], [5, 6]));
    input.data.fill(0);
    expect(first).toEqual(nd([2], [4, 5]));
    expect(same).toEqual(nd([2], [3, 4]));
    await program.dispose();
  });

  test('multiplies stacks of matrices', async () => {
    const input = [nd([2, 2, 1, 1], [1, 2, 3, 4]), nd([2, 1, 1, 1], [5, 6])];
    // By ones that are not in front only when written out: TensorFlow.js' CPU backend takes the wrong matrices.
    const spread = (b: tf.Tensor) => (device === 'js' ? tf.tile(b, [1, 2, 1, 1]) : b);
    const program = await compile(([a, b]: tf.Tensor[]) => tf.matMul(a!, spread(b!)), input, { device });
    expect(await program.run(input)).toEqual(nd([2, 2, 1, 1], [5, 10, 18, 24]));
    await program.dispose();
  });

  test('has the gradients of a network of two layers', async () => {
    const example = {
      x: normals('x', 4, 3),
      target: normals('target', 4, 2),
      network: { hidden: normals('hidden', 3, 5), bias: normals('bias', 5), out: normals('out', 5, 2) },
    };
    type Network = Record<'hidden' | 'bias' | 'out', tf.Tensor>;
    type In = { x: tf.Tensor; target: tf.Tensor; network: Network };
    const loss = (x: tf.Tensor, target: tf.Tensor, { hidden, bias, out }: Network) => {
      const activation = tf.tanh(tf.add(tf.matMul(x, hidden), bias));
      return tf.mean(tf.squaredDifference(tf.sigmoid(tf.matMul(activation, out)), target)) as tf.Scalar;
    };
    const program = await compile(
      ({ x, target, network }: In) => {
        const names = Object.keys(network) as (keyof Network)[];
        const ofList = (...list: tf.Tensor[]) =>
          loss(x, target, Object.fromEntries(names.map((name, i) => [name, list[i]!])) as Network);
        const gradients = tf.grads(ofList)(names.map(name => network[name]));
        return {
          loss: loss(x, target, network),
          gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]!])),
        };
      },
      example,
      { device },
    );
    const { gradients } = (await program.run(example)) as { gradients: Record<string, NdArray> };
    const step = 1e-2;
    for (const [name, { data }] of Object.entries(example.network)) {
      for (let i = 0; i < data.length; i++) {
        const value = data[i]!;
        const losses: number[] = [];
        for (const moved of [value + step, value - step]) {
          data[i] = moved;
          losses.push((await program.run(example)).loss.data[0]!);
        }
        data[i] = value;
        // Of a mean of squares near one in float32: the difference has three digits.
        expect(gradients[name]!.data[i]).toBeCloseTo((losses[0]! - losses[1]!) / (2 * step), 4);
      }
    }
    await program.dispose();
  });
});

describe('an error', () => {
  const example = { a: nd([2, 3], [1, 2, 3, 4, 5, 6]), b: { c: nd([], [1]) } };
  type In = { a: tf.Tensor; b: { c: tf.Tensor } };
  const sum = ({ a, b: { c } }: In) => tf.add(a, c);

  test('of an input that is unlike the example names it, and what was expected', async () => {
    const program = await compile(sum, example, { device: 'cpu' });
    const run = (input: unknown) => program.run(input as typeof example);
    await expect(run({ ...example, a: nd([3, 2], [1, 2, 3, 4, 5, 6]) })).rejects.toThrow(
      new TypeError('expected float32 [2,3] as input "a", got float32 [3,2]'),
    );
    await expect(run({ ...example, b: { c: nd([], [1], 'int32') } })).rejects.toThrow(
      new TypeError('expected float32 [] as input "b.c", got int32 []'),
    );
    await expect(run({ a: example.a })).rejects.toThrow(
      new TypeError('expected an input of 2 arrays, got 1'),
    );
    await expect(run({ a: example.a, d: example.a })).rejects.toThrow(
      new TypeError('expected no array as input "d", got float32 [2,3]'),
    );
    await expect(run({ ...example, b: null })).rejects.toThrow(
      new TypeError('expected a tensor at "b" of the tree, got null'),
    );
    await program.dispose();
  });

  test('of an input of bytes', async () => {
    const bytes = { dtype: 'uint8', shape: [1], data: Uint8Array.of(1) } as const;
    await expect(compile((x: tf.Tensor) => x, bytes, { device: 'cpu' })).rejects.toThrow(
      'expected float32, int32 or bool as input "", got uint8',
    );
  });

  test('of a function without results', async () => {
    await expect(compile(() => ({}), example, { device: 'cpu' })).rejects.toThrow(
      'expected a function that returns tensors, got none',
    );
  });

  test('of a program that was disposed', async () => {
    const program = await compile(sum, example, { device: 'cpu' });
    await program.dispose();
    await expect(program.run(example)).rejects.toThrow();
  });
});

test.each<[string, number, (x: tf.Tensor) => tf.Tensor]>([
  ['a matrix product', 2 * 4 * 4 * 4, x => tf.matMul(x, x)],
  ['one whose result is repeated', 2 * 4 * 4 * 4, x => tf.mul(tf.sum(tf.matMul(x, x, true)), tf.ones([9]))],
  [
    'a convolution',
    2 * 16 * 9 * 5,
    x => tf.conv2d(tf.reshape<tf.Rank.R4>(x, [1, 4, 4, 1]), tf.zeros([3, 3, 1, 5]), 1, 'same'),
  ],
  ['elementwise work, which does not count', 0, x => tf.exp(x)],
])('the operations of %s are %i', (_, expected, fn) => {
  expect(countOperations(fn, normals('square', 4, 4))).toBe(expected);
});

describe('a model file', () => {
  const weights = {
    dense: normals('dense', 6, 32),
    filter: normals('filter', 4, 4, 3, 8),
    bias: normals('offset', 3),
  };
  /** Latent codes [n, 6] to images [n, 3, 4, 4], as a generator makes them. */
  const generate = (codes: tf.Tensor): tf.Tensor => {
    const maps = tf.relu(tf.reshape(tf.matMul(codes, constant(weights.dense)), [-1, 2, 2, 8]));
    const images = tf.conv2dTranspose(
      maps as tf.Tensor4D,
      constant(weights.filter) as tf.Tensor4D,
      [maps.shape[0]!, 4, 4, 3],
      2,
      'same',
    );
    return tf.transpose(tf.sigmoid(tf.add(images, constant(weights.bias))), [0, 3, 1, 2]);
  };

  // A batch of one has an axis of length one where the others have none.
  test.each([1, 4])('made with a batch of %i runs with any', async exampleBatch => {
    const bytes = exportOnnx(generate, normals('example', exampleBatch, 6), {
      input: 'codes',
      output: 'images',
    });
    const session = await InferenceSession.create(bytes);
    expect([session.inputNames, session.outputNames]).toEqual([['codes'], ['images']]);
    for (const batch of [1, 3, 4]) {
      const codes = normals('codes', batch, 6);
      const { images } = await session.run({ codes: new OrtTensor('float32', codes.data, codes.shape) });
      const reference = await compile(generate, codes, { device: 'js' });
      const got = float32(images!.dims, images!.data as Float32Array<ArrayBuffer>);
      expect(difference(got, await reference.run(codes), 1e-5)).toBeUndefined();
    }
    await session.release();
  });

  test('holds its weights once', () => {
    const bytes = exportOnnx(generate, normals('example', 2, 6), { input: 'codes', output: 'images' });
    const held = Object.values(weights).reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(bytes.length).toBeLessThan(held + 3000);
  });
});
