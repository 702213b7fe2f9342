// What the solver has of an ONNX model: images, their range and their gradient, at the cost of a built-in generator.

import { float32, randomStream } from '@blind-demod/arrays';
import {
  type GenerativePrior,
  imagesOf,
  iterate,
  PAPER_SOLVER,
  type SolverState,
  solve,
} from '@blind-demod/demod-core';
import { compile, countOperations } from '@blind-demod/jit';
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { generatorPrior, generatorToOnnx } from '../../src/generator.js';
import { randomGenerator } from '../random-generator.js';
import {
  codesOf,
  encode,
  largest,
  node,
  normals,
  read,
  reals,
  scalar,
  type TestModel,
  wholes,
} from './model.js';

/** Self-attention, instance normalisation and a nearest neighbour enlargement, to 1×8×8 pixels. */
const attentive = (batch: 'batch' | 1): TestModel => {
  const rows = batch === 1 ? 1 : -1;
  return {
    inputs: { code: [batch, 5] },
    nodes: [
      node('Gemm', 'code, first, bias', 'flat'),
      node('Reshape', 'flat, features', 'x'),
      node('InstanceNormalization', 'x, scale, bias of scale', 'normal'),
      node('Relu', 'normal', 'rectified'),
      node('Reshape', 'rectified, tokens', 'k'),
      node('Transpose', 'k', 'q', { perm: [0, 2, 1] }),
      node('MatMul', 'q, k', 'scores'),
      node('Softmax', 'scores', 'weights'),
      node('MatMul', 'k, weights', 'mixed'),
      node('Reshape', 'mixed, features', 'image 4'),
      node('Resize', 'image 4, , scales', 'image 8', {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
      node('Conv', 'image 8, filters', 'last', { pads: [1, 1, 1, 1] }),
      node('Tanh', 'last', 'image'),
    ],
    weights: {
      first: normals('first', [5, 96]),
      bias: normals('bias', [96]),
      features: wholes(rows, 6, 4, 4),
      tokens: wholes(rows, 6, 16),
      scale: normals('scale', [6]),
      'bias of scale': normals('shift', [6]),
      scales: reals(1, 1, 2, 2),
      filters: normals('filters', [1, 6, 3, 3], 0.3),
    },
  };
};

/** The batch goes to the second axis and back, as in attention with the sequence first. */
const sequenceFirst = (batch: 'batch' | 1): TestModel => ({
  inputs: { code: [batch, 5] },
  nodes: [
    node('Gemm', 'code, first, bias', 'flat'),
    node('Reshape', 'flat, tokens', 'x'),
    node('Transpose', 'x', 'sequence', { perm: [1, 0, 2] }),
    node('MatMul', 'sequence, mix', 'mixed'),
    node('Sin', 'mixed', 'bent'),
    node('MatMul', 'bent, mix', 'again'),
    node('Transpose', 'again', 'back', { perm: [1, 0, 2] }),
    node('Reshape', 'back, pixels', 'pixels of it'),
    node('Sigmoid', 'pixels of it', 'image'),
  ],
  weights: {
    first: normals('first', [5, 64], 0.5),
    bias: normals('bias', [64]),
    tokens: wholes(batch === 1 ? 1 : -1, 8, 8),
    mix: normals('mix', [8, 8], 0.4),
    pixels: wholes(batch === 1 ? 1 : -1, 1, 8, 8),
  },
});

/** Filters that depend on the code, as in the second StyleGAN; only for a batch of one. */
const modulated: TestModel = {
  inputs: { code: [1, 5] },
  nodes: [
    node('Gemm', 'code, first, bias', 'flat'),
    node('Reshape', 'flat, features', 'x'),
    node('Gemm', 'code, second, more', 'style'),
    node('Reshape', 'style, per channel', 's'),
    node('Mul', 's, filters', 'w'),
    node('Conv', 'x, w', 'y', { pads: [1, 1, 1, 1] }),
    node('Sigmoid', 'y', 'image'),
  ],
  weights: {
    first: normals('first', [5, 96], 0.5),
    bias: normals('bias', [96]),
    features: wholes(1, 6, 4, 4),
    second: normals('second', [5, 6], 0.5),
    more: normals('more', [6]),
    'per channel': wholes(1, 6, 1, 1),
    filters: normals('filters', [1, 6, 3, 3], 0.3),
  },
};

const priorOf = async (model: TestModel) => (await read(encode(model))).prior();

const models: [string, () => Promise<GenerativePrior>][] = [
  ["the project's own export", async () => (await read(generatorToOnnx(randomGenerator([20, 18])))).prior()],
  ['attention', () => priorOf(attentive('batch'))],
  ['attention, of one code', () => priorOf(attentive(1))],
  ['a sequence first', () => priorOf(sequenceFirst('batch'))],
  ['a sequence first, of one code', () => priorOf(sequenceFirst(1))],
  ['filters from the code, of one code', () => priorOf(modulated)],
];

describe.each(models)('%s', (_, load) => {
  test('the gradient of chosen rows is the one of the whole', async () => {
    const prior = await load();
    const codes = codesOf(4, 5);
    const cotangent = float32(
      [4, ...prior.imageShape],
      randomStream(3, 'cotangent').normals(4 * prior.imageShape.reduce((a, b) => a * b, 1)),
    );
    const program = await compile(
      (input: { codes: TfTensor; cotangent: TfTensor }) => {
        const both = tf.concat([input.codes, tf.neg(input.codes)]);
        const rows = tf.tensor1d([4, 1, 2, 7], 'int32');
        const outputs = prior.forward(both).map(output => tf.gather(output, rows));
        return {
          ours: prior.backward(outputs, input.cotangent),
          theirs: tf.grad((z: TfTensor) => imagesOf(prior.forward(z)))(
            tf.gather(both, rows),
            input.cotangent,
          ),
        };
      },
      { codes, cotangent },
      { device: 'cpu' },
    );
    const { ours, theirs } = await program.run({ codes, cotangent });
    await program.dispose();
    expect(largest(theirs)).toBeGreaterThan(0.01);
    // The same sums in another order.
    ours.data.forEach((value, i) =>
      expect(Math.abs(value - theirs.data[i]!)).toBeLessThan(1e-5 * largest(theirs)),
    );
  });

  test('an iteration costs five passes forward and two backward', async () => {
    const prior = await load();
    const codes = codesOf(3, 5);
    const pixels = prior.imageShape.reduce((a, b) => a * b, 1);
    const observation = float32([3, ...prior.imageShape], randomStream(1, 'y').uniforms(3 * pixels));
    const forward = countOperations((z: TfTensor) => imagesOf(prior.forward(z)), codes);
    const there = countOperations(
      (input: { z: TfTensor; c: TfTensor }) => {
        const outputs = prior.forward(input.z);
        return { images: imagesOf(outputs), gradient: prior.backward(outputs, input.c) };
      },
      { z: codes, c: observation },
    );
    const backward = there - forward;
    const descent = { code: codes, velocity: codes };
    const iteration = countOperations(
      (input: { observation: TfTensor; state: SolverState<TfTensor> }) =>
        iterate(prior, prior, input, input.state, PAPER_SOLVER).state,
      { observation, state: { signal: descent, distortion: { code: observationCode(), velocity: codes } } },
    );
    expect(iteration).toBe(5 * forward + 2 * backward);
    // A gradient by one operand costs a product what the product does; by both operands twice that.
    expect(backward).toBeLessThanOrEqual(2 * forward);
  });
});

/** Another code, so that the two factors do not share their passes. */
const observationCode = () => float32([3, 5], randomStream(9, 'others').normals(15));

test("an exported generator's images and gradients are the generator's own", async () => {
  const generator = randomGenerator([20, 18]);
  const [own, imported] = [generatorPrior(generator), (await read(generatorToOnnx(generator))).prior()];
  const codes = codesOf(3, 5);
  const cotangent = float32([3, 1, 16, 16], randomStream(3, 'cotangent').normals(768));
  const program = await compile(
    (input: { codes: TfTensor; cotangent: TfTensor }) =>
      [own, imported].map(prior => {
        const outputs = prior.forward(input.codes);
        return { images: imagesOf(outputs), gradient: prior.backward(outputs, input.cotangent) };
      }),
    { codes, cotangent },
    { device: 'cpu' },
  );
  const [ours, theirs] = await program.run({ codes, cotangent });
  await program.dispose();
  for (const part of ['images', 'gradient'] as const) {
    theirs![part].data.forEach((value, i) =>
      expect(Math.abs(value - ours![part].data[i]!)).toBeLessThan(1e-5 * largest(ours![part])),
    );
  }
});

test('the solver finds a product of images of two models', async () => {
  const [signal, distortion] = [await priorOf(attentive('batch')), await priorOf(sequenceFirst(1))];
  const codes = { h: codesOf(2, 5), m: float32([2, 5], randomStream(7, 'm').normals(10)) };
  const program = await compile(
    ({ h, m }: { h: TfTensor; m: TfTensor }) =>
      tf.mul(imagesOf(signal.forward(h)), imagesOf(distortion.forward(m))),
    codes,
    { device: 'cpu' },
  );
  const observation = float32([2, 1, 8, 8], (await program.run(codes)).data as Float32Array);
  await program.dispose();
  const { objective } = await solve(signal, distortion, observation, {
    settings: { ...PAPER_SOLVER, iterations: 50, draws: 32, restarts: 4, polish: 100 },
    seed: 1,
    device: 'cpu',
  });
  const scale = observation.data.reduce((sum, value) => sum + value * value, 0) / (2 * 128);
  // ½ of the mean square, most of which is explained.
  for (const value of objective) expect(value).toBeLessThan(0.02 * scale);
});

describe('range', () => {
  const ending = (nodes: readonly ReturnType<typeof node>[], weights = {}): TestModel => ({
    nodes: [node('Gemm', 'code, w, b', 'flat'), node('Reshape', 'flat, shape', 'x'), ...nodes],
    weights: { w: normals('w', [5, 12]), b: normals('b', [12]), shape: wholes(-1, 3, 2, 2), ...weights },
  });
  const halves = { half: scalar(0.5), two: scalar(2) };

  test.each<[string, TestModel, [number, number]]>([
    ['sigmoid', ending([node('Sigmoid', 'x', 'image')]), [0, 1]],
    [
      'tanh and a transpose',
      ending([node('Tanh', 'x', 't'), node('Transpose', 't', 'image', { perm: [0, 1, 3, 2] })]),
      [-1, 1],
    ],
    [
      'clip',
      ending([node('Clip', 'x, low, high', 'image')], { low: scalar(-0.25), high: scalar(0.75) }),
      [-0.25, 0.75],
    ],
    [
      'tanh, brought to [0, 1]',
      ending([node('Tanh', 'x', 't'), node('Mul', 't, half', 'h'), node('Add', 'half, h', 'image')], halves),
      [0, 1],
    ],
    [
      'a half minus sines',
      ending([node('Sin', 'x', 't'), node('Div', 't, two', 'h'), node('Sub', 'half, h', 'image')], halves),
      [0, 1],
    ],
  ])('of %s', async (_, model, range) => {
    expect((await read(encode(model))).range).toEqual(range);
  });

  test('of what ends in no such function is that of sampled images', async () => {
    const { range } = await read(encode(ending([node('Identity', 'x', 'image')])));
    const rectified = await read(encode(ending([node('Relu', 'x', 'image')])));
    expect(rectified.range).toEqual([0, range[1]]);
    // The extremes of 256 images of 12 entries, each the sum of five normal numbers times five others.
    expect(range[0]).toBeLessThan(-3);
    expect(range[1]).toBeGreaterThan(3);
    expect(range[1]).toBeLessThan(20);
  });

  test('a prior brings images into the wanted range', async () => {
    const generator = await read(encode(ending([node('Tanh', 'x', 'image')])));
    const [raw, unit] = [generator.prior(), generator.prior([0, 1])];
    const codes = codesOf(2, 5);
    const cotangent = float32([2, 3, 2, 2], randomStream(1, 'c').normals(24));
    const program = await compile(
      (input: { codes: TfTensor; cotangent: TfTensor }) =>
        [raw, unit].map(prior => {
          const outputs = prior.forward(input.codes);
          return { images: imagesOf(outputs), gradient: prior.backward(outputs, input.cotangent) };
        }),
      { codes, cotangent },
      { device: 'cpu' },
    );
    const [from, to] = await program.run({ codes, cotangent });
    await program.dispose();
    to!.images.data.forEach((value, i) => expect(value).toBeCloseTo((from!.images.data[i]! + 1) / 2, 6));
    to!.gradient.data.forEach((value, i) => expect(value).toBeCloseTo(from!.gradient.data[i]! / 2, 5));
  });
});

/** Convolutions with padding in numbers, and what is made for the gradient alone: not every engine takes them. */
const padded = encode({
  nodes: [
    node('Gemm', 'code, first', 'flat'),
    node('Reshape', 'flat, features', 'x'),
    node('ConvTranspose', 'x, up', 'large', { strides: [2, 2], pads: [1, 0, 1, 1], output_padding: [1, 0] }),
    node('LeakyRelu', 'large', 'bent', { alpha: { float: 0.2 } }),
    node('Resize', 'bent, , scales', 'larger', { mode: 'linear' }),
    node('Conv', 'larger, filters', 'last', { pads: [2, 1, 0, 1], strides: [1, 2] }),
    node('Sigmoid', 'last', 'image'),
  ],
  weights: {
    first: normals('first', [5, 96], 0.5),
    features: wholes(-1, 6, 4, 4),
    up: normals('up', [6, 4, 4, 3], 0.3),
    scales: reals(1, 1, 2, 2),
    filters: normals('filters', [2, 4, 3, 3], 0.3),
  },
});

test.each(inject('devices'))('images and gradients on %s are those on js', async device => {
  const prior = (await read(padded)).prior();
  const codes = codesOf(3, 5);
  const size = prior.imageShape.reduce((a, b) => a * b, 1);
  const cotangent = float32([3, ...prior.imageShape], randomStream(3, 'c').normals(3 * size));
  const run = async (on: 'js' | typeof device) => {
    const program = await compile(
      (input: { codes: TfTensor; cotangent: TfTensor }) => {
        const outputs = prior.forward(input.codes);
        return { images: imagesOf(outputs), gradient: prior.backward(outputs, input.cotangent) };
      },
      { codes, cotangent },
      { device: on },
    );
    const result = await program.run({ codes, cotangent });
    await program.dispose();
    return result;
  };
  const [expected, got] = [await run('js'), await run(device)];
  for (const part of ['images', 'gradient'] as const) {
    expect(largest(expected[part])).toBeGreaterThan(0.1);
    expected[part].data.forEach((value, i) =>
      expect(Math.abs(value - got[part].data[i]!)).toBeLessThan(1e-5 * largest(expected[part])),
    );
  }
});
