// Convolutions by matrix products (src/kernels/winograd.ts, patches.ts), beside `js`, and where they are made so.
import { float32, randomStream } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import type { Strengths } from '../src/graph.js';
import { type ArraysOf, compile, constant, type Device } from '../src/index.js';
import { isOutput, trace } from '../src/trace.js';
import { leaves } from '../src/tree.js';
import { nd } from './cases/case.js';
import { difference } from './difference.js';

type Inputs = Record<'x' | 'filter', tf.Tensor>;

interface Layer {
  readonly batch: number;
  readonly channels: readonly [number, number];
  readonly image: readonly [number, number];
  readonly stride: number;
  readonly format?: 'NCHW' | 'NHWC';
}

const normals = (name: string, shape: readonly number[], deviation = 1) => {
  const size = shape.reduce((product, length) => product * length, 1);
  const numbers = randomStream(1, 'products', name).normals(size);
  return float32(
    shape,
    numbers.map(number => deviation * number),
  );
};

/** A layer's images and filters; sums are of size one. */
const inputsOf = ({ batch, channels: [from, to], image, stride, format = 'NCHW' }: Layer) => ({
  x: normals('x', format === 'NCHW' ? [batch, from, ...image] : [batch, ...image, from]),
  filter: normals('filter', [2 * stride, 2 * stride, from, to], 1 / (2 * stride * Math.sqrt(from))),
});

const convolution =
  ({ stride, format = 'NCHW' }: Layer) =>
  ({ x, filter }: Inputs) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, 'same', format);

/** The convolution, and the gradients of a sum of it, weighted by itself, by image and filter. */
const withGradients = (layer: Layer) => (inputs: Inputs) => {
  const convolved = convolution(layer);
  const loss = (x: tf.Tensor, filter: tf.Tensor) => tf.mean(tf.square(convolved({ x, filter })));
  const [byImage, byFilter] = tf.grads(loss)([inputs.x, inputs.filter]);
  // Of size one, so that the tolerance means something.
  const { size } = convolved(inputs);
  return {
    sums: convolved(inputs),
    byImage: tf.mul(byImage!, size),
    byFilter: tf.mul(byFilter!, Math.sqrt(size)),
  };
};

const operatorsOf = <I>(fn: (inputs: I) => unknown, inputs: ArraysOf<I>, strengths: Strengths): string[] => {
  const { graph, result } = trace(fn, inputs, strengths);
  const values = leaves(result, isOutput).map(([, { value }]) => graph.dense(value));
  return graph.reachable(values).nodes.map(({ operator }) => operator);
};

const operators = (fn: (inputs: Inputs) => unknown, layer: Layer, strengths?: Strengths): string[] =>
  operatorsOf(fn, inputsOf(layer), { fastProducts: true, ...strengths });

const layer: Layer = { batch: 8, channels: [32, 40], image: [8, 16], stride: 2 };

const LAYERS: readonly (readonly [string, Layer])[] = [
  ['halves an image', layer],
  ['halves an image, channels last', { ...layer, format: 'NHWC' }],
  ['keeps its size', { ...layer, stride: 1 }],
  ['makes a third of it', { ...layer, image: [12, 24], stride: 3 }],
  ['halves one of a channel', { ...layer, channels: [1, 40], image: [8, 32] }],
  [
    'halves one of three channels, channels last',
    { ...layer, channels: [3, 40], image: [8, 32], format: 'NHWC' },
  ],
];

const run = async <I>(fn: (inputs: I) => unknown, inputs: ArraysOf<I>, device: Device) => {
  const program = await compile(fn, inputs, { device });
  const result = await program.run(inputs);
  await program.dispose();
  return result;
};

describe.each(LAYERS)('a convolution that %s', (_, layer) => {
  test('is the same on all devices, and its gradients are', async () => {
    const inputs = inputsOf(layer);
    const js = await run(withGradients(layer), inputs, 'js');
    for (const device of inject('devices')) {
      const got = await run(withGradients(layer), inputs, device);
      // Rounding errors have a deviation of 4e-6 in results of size one, and the largest of thousands is some times that.
      expect(difference(got, js, 5e-5), device).toBeUndefined();
    }
  });

  test('is matrix products, where the engine does better so', () => {
    expect(operators(withGradients(layer), layer)).not.toContain('Conv');
    expect(operators(withGradients(layer), layer, { fastProducts: false })).toContain('Conv');
  });
});

describe('a convolution stays one', () => {
  test.each<[string, Layer]>([
    ['of few images', { ...layer, batch: 4 }],
    ['of few channels', { ...layer, channels: [16, 40] }],
    ['of sides longer than there are channels', { ...layer, image: [8, 48] }],
    ['whose result has no whole number of tiles', { ...layer, image: [12, 16] }],
  ])('%s', (_, layer) => {
    expect(operators(convolution(layer), layer)).toContain('Conv');
  });

  test('by constant filters, but for large ones', () => {
    const constants = (layer: Layer) => {
      const { filter } = inputsOf(layer);
      return ({ x }: Inputs) => convolution(layer)({ x, filter: constant(filter) });
    };
    const large: Layer = { ...layer, batch: 16, channels: [128, 128] };
    expect(operators(constants(layer), layer)).toContain('Conv');
    expect(operators(constants(large), large)).not.toContain('Conv');
  });
});

test('a constant filter that a large batch is multiplied by is a product for a smaller one, too', () => {
  const large: Layer = { ...layer, batch: 16, channels: [128, 128] };
  const { filter } = inputsOf(large);
  const convolve = (x: tf.Tensor) => convolution(large)({ x, filter: constant(filter) });
  const few = ({ x }: Inputs) => convolve(tf.slice(x, 0, 8));
  const both = (inputs: Inputs) => [convolve(inputs.x), few(inputs)];
  expect(operators(few, large)).toContain('Conv');
  expect(operators(both, large)).not.toContain('Conv');
});

test('between two such convolutions no axes are moved', () => {
  const first: Layer = { ...layer, stride: 1 };
  const next: Layer = { ...first, channels: [40, 32] };
  const both = (inputs: Inputs) => {
    const image = tf.relu(convolution(first)(inputs));
    const centred = tf.sub(image, tf.mean(image, [0, 2, 3], true));
    const turned = tf.gather(centred, tf.tensor1d([7, 6, 5, 4, 3, 2, 1, 0], 'int32'));
    // Filters that vary, of the other shape.
    return convolution(next)({ x: turned, filter: tf.reshape(inputs.filter, [2, 2, 40, 32]) });
  };
  const moves = (fn: (inputs: Inputs) => unknown, of: Layer) =>
    operators(fn, of).filter(operator => ['Transpose', 'Gather'].includes(operator)).length;
  // By themselves, the first would bring its results into the order of TensorFlow.js, and the second its images out of it.
  const apart = moves(convolution(first), first) + moves(convolution(next), next);
  const turning = 1;
  expect(moves(both, first)).toBe(apart - 2 + turning);
});

describe('sums and means of rows', () => {
  const reduced = (rows: number) => {
    // Whole numbers, and as many as a power of two: neither sums nor means are rounded.
    const x = nd(
      [rows / 8, 8, 3],
      Array.from({ length: 3 * rows }, (_, i) => (7 * i) % 31),
    );
    const fn = ({ x }: Record<'x', tf.Tensor>) => ({
      sum: tf.sum(x, [0, 1]),
      mean: tf.mean(x, [1, 0], true),
    });
    return { fn, x, operators: operatorsOf(fn, { x }, { fastProducts: true }) };
  };

  test('are products, where there are many, and the same on cpu and js', async () => {
    const { fn, x, operators } = reduced(8192);
    expect(operators).toContain('MatMul');
    const [cpu, js] = [await run(fn, { x }, 'cpu'), await run(fn, { x }, 'js')];
    expect(difference(cpu, js, 0)).toBeUndefined();
  });

  test('are not, where there are few', () => {
    expect(reduced(64).operators).not.toContain('MatMul');
  });
});

test("a filter's gradient for an image of few channels is products image by image, where a GPU would be idle", () => {
  const convolutions = (channels: number) => {
    const of: Layer = { ...layer, channels: [channels, 40] };
    return operators(withGradients(of), of, { fastProducts: false, parallelResults: true }).filter(
      operator => operator === 'Conv',
    ).length;
  };
  expect([convolutions(4), convolutions(5)]).toEqual([1, 2]);
});

describe('a product of few results and long sums', () => {
  type Factors = Record<'a' | 'b', tf.Tensor2D>;
  const WAYS = [false, true].flatMap(first => [false, true].map(second => [first, second] as const));
  const factors = (terms: number, [first, second]: (typeof WAYS)[number]) => ({
    a: normals('a', first ? [terms, 3] : [3, terms], 1 / Math.sqrt(terms)),
    b: normals('b', second ? [5, terms] : [terms, 5]),
  });
  const product =
    ([first, second]: (typeof WAYS)[number]) =>
    ({ a, b }: Factors) =>
      tf.matMul(a, b, first, second);

  test.each(WAYS)('is the same on all devices, with factors transposed or not: %s, %s', async (...way) => {
    const given = factors(4096, way);
    const js = await run(product(way), given, 'js');
    // Of four thousand terms, to the last bits of the largest partial sums.
    for (const device of inject('devices')) {
      expect(difference(await run(product(way), given, device), js, 1e-5), device).toBeUndefined();
    }
  });

  test('is sums of parts, where the engine leaves most of itself idle otherwise', () => {
    const made = (terms: number, parallelResults = true) =>
      operatorsOf(product([false, false]), factors(terms, [false, false]), { parallelResults });
    expect(made(4096)).toContain('ReduceSum');
    expect(made(1024)).toEqual(['Gemm']);
    expect(made(4099)).toEqual(['Gemm']); // a prime number
    expect(made(4096, false)).toEqual(['Gemm']);
  });
});
