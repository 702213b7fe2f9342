// What ONNX files may be like, and which are refused.
import { UserError } from '@blind-demod/arrays';
import { imagesOf } from '@blind-demod/demod-core';
import { compile, decodeModelProto, encodeModelProto, type Message } from '@blind-demod/jit';
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import {
  codesOf,
  encode,
  node,
  normals,
  read,
  scalar,
  type Tensor,
  type TestModel,
  type TestNode,
  wholes,
} from './model.js';

const weights = { w: normals('w', [5, 48], 0.5), b: normals('b', [48]), shape: wholes(-1, 3, 4, 4) };
const matrix = weights.w as Tensor & { real: Float32Array };
const nodes = [
  node('Gemm', 'code, w, b', 'flat'),
  node('Reshape', 'flat, shape', 'x'),
  node('Sigmoid', 'x', 'image'),
];
const plain: TestModel = { nodes, weights };

async function imagesIn(bytes: Uint8Array, files: Readonly<Record<string, Uint8Array>> = {}) {
  const { prior } = await read(bytes, files);
  const program = await compile((codes: TfTensor) => imagesOf(prior().forward(codes)), codesOf(3, 5), {
    device: 'cpu',
  });
  const { data, shape } = await program.run(codesOf(3, 5));
  await program.dispose();
  return { data: data as Float32Array, shape };
}

const reference = imagesIn(encode(plain));

/** Whether two models make the same images. */
async function same(bytes: Uint8Array, files: Readonly<Record<string, Uint8Array>> = {}, tolerance = 1e-6) {
  const [made, expected] = [await imagesIn(bytes, files), await reference];
  expect(made.shape).toEqual(expected.shape);
  made.data.forEach((value, i) => expect(Math.abs(value - expected.data[i]!)).toBeLessThan(tolerance));
}

describe('is read', () => {
  test('a code with two axes of one', () =>
    same(
      encode({
        inputs: { code: ['n', 5, 1, 1] },
        nodes: [node('Flatten', 'code', 'row'), node('Gemm', 'row, w, b', 'flat'), ...nodes.slice(1)],
        weights,
      }),
    ));

  test('a batch fixed to four', () =>
    same(
      encode({
        inputs: { code: [4, 5] },
        nodes,
        weights: { ...weights, shape: wholes(4, 3, 4, 4) },
      }),
    ));

  test('a batch that is declared free and fixed by a shape', () =>
    same(encode({ nodes, weights: { ...weights, shape: wholes(1, 3, 4, 4) } })));

  test('a fixed batch that its nodes do something along', () =>
    same(
      encode({
        inputs: { code: [2, 5] },
        nodes: [
          ...nodes.slice(0, 2),
          node('Transpose', 'x', 't', { perm: [1, 0, 2, 3] }),
          node('Transpose', 't', 'logits', { perm: [1, 0, 2, 3] }),
          node('Sigmoid', 'logits', 'image'),
        ],
        weights: { ...weights, shape: wholes(2, 3, 4, 4) },
      }),
    ));

  test('an output whose declared shape is wrong', () =>
    same(encode({ ...plain, outputs: { image: ['batch', 3, 'batch', 7] } })));

  test('weights in a file beside the model', async () => {
    const file = new Uint8Array(1000 + 4 * 240);
    file.set(new Uint8Array(Float32Array.from(matrix.real).buffer), 1000);
    const external = { ...matrix, external: { file: 'folder/model.data', offset: 1000 } };
    const bytes = encode({ nodes, weights: { ...weights, w: external } });
    await same(bytes, { 'folder/model.data': file });
    await expect(read(bytes, { 'folder/model.data': file.subarray(0, 1900) })).rejects.toThrow(
      /w.*cut short/,
    );
  });

  // 11 bits of weights of up to 2, five of which are summed.
  test('weights in half precision', () =>
    same(encode({ nodes, weights: { ...weights, w: { ...weights.w, half: true } as Tensor } }), {}, 2e-3));

  test('weights that are inputs too, as in old files', () =>
    same(encode({ ...plain, inputs: { code: ['batch', 5], w: [5, 48], b: [48] } })));

  test('an input and an output beside those of the image', () =>
    same(
      encode({
        nodes: [...nodes, node('ReduceMean', 'image', 'brightness', { axes: [1, 2, 3], keepdims: 0 })],
        weights,
        opset: 13,
        inputs: { code: ['batch', 5], unused: ['batch', 3] },
        outputs: { image: ['batch', 3, 4, 4], brightness: ['batch'] },
      }),
    ));

  test('nodes that are not needed, whatever their operator', () =>
    same(encode({ ...plain, nodes: [...nodes, node('NonZero', 'x', 'places')] })));

  test('attributes without a type, as in the oldest files', () => {
    const bytes = encode({
      ...plain,
      nodes: [node('Gemm', 'code, w, b', 'flat', { transB: 0 }), ...nodes.slice(1)],
    });
    const model = decodeModelProto(bytes) as unknown as {
      graph: { node: { attribute: { type?: number }[] }[] };
    };
    for (const { attribute } of model.graph.node) for (const one of attribute) delete one.type;
    return same(encodeModelProto(model as unknown as Message));
  });

  test('a code with its numbers along the last of several axes', () =>
    same(
      encode({
        inputs: { code: ['n', 1, 1, 5] },
        nodes: [node('Flatten', 'code', 'row'), node('Gemm', 'row, w, b', 'flat'), ...nodes.slice(1)],
        weights,
      }),
    ));

  test('a batch that is declared as -1', () => same(encode({ ...plain, inputs: { code: [-1, 5] } })));

  test('choices by what is known of shapes, one within the other', () => {
    const graph = (inner: readonly TestNode[], output: string, own = {}) => ({
      graph: { nodes: inner, output, weights: own },
    });
    return same(
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('Shape', 'x', 'sizes'),
          node('Gather', 'sizes, second', 'channels'),
          node('Equal', 'channels, three', 'is colour'),
          node('If', 'is colour', 'image', {
            then_branch: graph(
              [
                node('Not', 'is colour', 'is grey'),
                node('If', 'is grey', 'chosen', {
                  then_branch: graph([node('Tanh', 'x', 'wrong')], 'wrong'),
                  else_branch: graph([node('Mul', 'x, factor', 'scaled')], 'scaled', { factor: scalar(1) }),
                }),
                node('Sigmoid', 'chosen', 'bright'),
              ],
              'bright',
            ),
            else_branch: graph([node('NonMaxSuppression', 'x', 'never')], 'never'),
          }),
        ],
        weights: { ...weights, second: { shape: [], whole: [1] }, three: { shape: [], whole: [3] } },
      }),
    );
  });

  test('images with the channels last', () =>
    same(
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('Transpose', 'x', 'last', { perm: [0, 2, 3, 1] }),
          node('Sigmoid', 'last', 'image'),
        ],
        weights,
      }),
    ));

  test("functions of the file's own", () =>
    same(
      encode({
        nodes: [
          { ...node('Layer', 'code, w, b', 'flat', { factor: { float: 1 } }), domain: 'own' },
          nodes[1]!,
          { ...node('Outer', 'x', 'image'), domain: 'own' },
        ],
        weights,
        functions: [
          {
            name: 'Layer',
            domain: 'own',
            // Its own operator set, of which axes are attributes; the file's is newer.
            opsetImport: [{ domain: '', version: 11 }],
            input: ['x', 'matrix', 'vector'],
            output: ['y'],
            attribute: ['factor'],
            node: [
              {
                opType: 'Gemm',
                input: ['x', 'matrix', 'vector'],
                output: ['product'],
                attribute: [{ name: 'alpha', type: 1, refAttrName: 'factor' }],
              },
              {
                opType: 'Unsqueeze',
                input: ['product'],
                output: ['wide'],
                attribute: [{ name: 'axes', type: 7, ints: [1] }],
              },
              {
                opType: 'Squeeze',
                input: ['wide'],
                output: ['y'],
                attribute: [{ name: 'axes', type: 7, ints: [1] }],
              },
            ],
          },
          {
            name: 'Outer',
            domain: 'own',
            input: ['x'],
            output: ['y'],
            node: [
              { opType: 'Identity', input: ['x'], output: ['z'] },
              { opType: 'Squash', domain: 'own', input: ['z'], output: ['y'] },
            ],
          },
          {
            name: 'Squash',
            domain: 'own',
            input: ['x'],
            output: ['y'],
            node: [
              { opType: 'Sigmoid', input: ['x'], output: ['z'] },
              { opType: 'Identity', input: ['z'], output: ['y'] },
            ],
          },
        ],
      }),
    ));
});

describe('is written again as `code` to `image` in [0, 1], in one file', () => {
  const tanh = node('Tanh', 'x', 'image');
  const external = { ...weights.w, external: { file: 'w.data', offset: 0 } } as Tensor;
  const file = new Uint8Array(Float32Array.from(matrix.real).buffer);
  const cases: [string, TestModel][] = [
    ['from [-1, 1]', { nodes: [...nodes.slice(0, 2), tanh], weights }],
    ['weights from a file beside it', { nodes, weights: { ...weights, w: external } }],
    [
      'a code with axes of one and names of its own',
      {
        inputs: { z: ['n', 5, 1, 1] },
        outputs: { code: ['n', 3, 4, 4] },
        nodes: [
          node('Flatten', 'z', 'factor'),
          node('Gemm', 'factor, w, b', 'flat'),
          node('Reshape', 'flat, shape', 'image'),
          node('Tanh', 'image', 'code'),
        ],
        weights,
      },
    ],
    [
      'a choice between graphs that take values from around them',
      {
        nodes: [
          ...nodes.slice(0, 2),
          node('Shape', 'x', 'sizes'),
          node('Size', 'sizes', 'rank'),
          node('Equal', 'rank, four', 'is image'),
          node('If', 'is image', 'image', {
            then_branch: {
              graph: {
                nodes: [node('Mul', 'x, half', 'small'), node('Tanh', 'small', 'y')],
                weights: { half: scalar(0.5) },
                output: 'y',
              },
            },
            else_branch: { graph: { nodes: [node('Identity', 'x', 'z')], output: 'z' } },
          }),
        ],
        weights: { ...weights, four: { shape: [], whole: [4] } },
      },
    ],
    [
      'weights of a choice from a file beside it',
      {
        nodes: [
          node('Size', 'b', 'count'),
          node('Equal', 'count, many', 'is long'),
          node('If', 'is long', 'flat', {
            then_branch: {
              graph: { nodes: [node('Gemm', 'code, own, b', 'y')], weights: { own: external }, output: 'y' },
            },
            else_branch: { graph: { nodes: [node('Identity', 'code', 'z')], output: 'z' } },
          }),
          nodes[1]!,
          tanh,
        ],
        weights: { ...weights, many: { shape: [], whole: [48] } },
      },
    ],
    [
      'channels last, with nodes that are not needed',
      {
        nodes: [
          ...nodes.slice(0, 2),
          node('NonZero', 'unused', 'nothing'),
          node('Transpose', 'x', 'last', { perm: [0, 2, 3, 1] }),
          node('Tanh', 'last', 'image'),
        ],
        weights,
        inputs: { code: ['n', 5], unused: ['n', 2] },
      },
    ],
  ];
  test.each(cases)('%s', async (_, model) => {
    const generator = await read(encode(model), { 'w.data': file });
    const session = await InferenceSession.create(generator.toOnnx([0, 1]));
    expect([session.inputNames, session.outputNames]).toEqual([['code'], ['image']]);
    const codes = codesOf(3, 5);
    const { image } = await session.run({ code: new OrtTensor('float32', codes.data, [3, 5]) });
    await session.release();
    const prior = generator.prior([0, 1]);
    const program = await compile((input: TfTensor) => imagesOf(prior.forward(input)), codes, {
      device: 'cpu',
    });
    const expected = await program.run(codes);
    await program.dispose();
    expect(image!.dims).toEqual([3, 3, 4, 4]);
    expected.data.forEach((value, i) => expect(image!.data[i]).toBeCloseTo(value, 6));
  });
});

describe('is refused in one line', () => {
  const nan = { ...weights.w, real: Array.from({ length: 240 }, (_, i) => (i === 7 ? Number.NaN : 0.1)) };
  const moments = {
    one: normals('one', [3]),
    two: normals('two', [3]),
    three: normals('three', [3]),
    four: normals('four', [3]),
  };
  const cases: [string, Uint8Array, RegExp][] = [
    ['what is no model', new TextEncoder().encode('{"not": "a model"}'), /no ONNX model/],
    ['an empty file', new Uint8Array(), /no ONNX model/],
    ['a file that is cut short', encode(plain).subarray(0, 700), /cut short/],
    ['a weight that is not a number', encode({ nodes, weights: { ...weights, w: nan } }), /"w".*NaN/],
    [
      'an operator that is not supported',
      encode({
        nodes: [...nodes.slice(0, 2), node('Unique', 'x', 'y'), node('Loop', 'y', 'image')],
        weights,
      }),
      /Unique of y.*Unique is not supported, and neither are Loop; supported are Abs, .*Xor$/,
    ],
    [
      'an operator of another domain',
      encode({
        nodes: [...nodes.slice(0, 2), { ...node('Sigmoid', 'x', 'image'), domain: 'com.example' }],
        weights,
      }),
      /com\.example\.Sigmoid is not supported/,
    ],
    ['an operator set that is too new', encode({ ...plain, opset: 99 }), /operator set 99/],
    [
      'two inputs',
      encode({
        nodes: [node('Add', 'code, label', 'both'), node('Gemm', 'both, w, b', 'flat'), ...nodes.slice(1)],
        weights,
        inputs: { code: ['batch', 5], label: ['batch', 5] },
      }),
      /2 inputs, "code" \[batch, 5\] and "label"/,
    ],
    [
      'no input',
      encode({ nodes: [node('Sigmoid', 'w', 'image')], weights: { w: normals('w', [1, 3, 4, 4]) } }),
      /no inputs/,
    ],
    [
      'an image as input',
      encode({
        nodes: [node('Conv', 'photo, w', 'image')],
        weights: { w: normals('w', [3, 3, 1, 1]) },
        inputs: { photo: ['batch', 3, 8, 8] },
      }),
      /input "photo" is \[batch, 3, 8, 8\]/,
    ],
    [
      'a code without a length',
      encode({ ...plain, inputs: { code: ['batch', 'latent'] } }),
      /"code" is \[batch, latent\]/,
    ],
    [
      'no image',
      encode({ nodes: [node('Gemm', 'code, w, b', 'image')], weights }),
      /output is "image" \[batch, 48\]; expected one image/,
    ],
    [
      'two images',
      encode({
        nodes: [...nodes, node('Tanh', 'x', 'other')],
        weights,
        outputs: { image: ['b', 3, 4, 4], other: ['b', 3, 4, 4] },
      }),
      /"image" \[batch, 3, 4, 4\] and "other"/,
    ],
    [
      'images that do not depend on the code',
      encode({
        nodes: [node('Shape', 'code', 'some'), node('Expand', 'w, shape', 'image')],
        weights: { w: normals('w', [1, 3, 4, 4]), shape: wholes(2, 3, 4, 4) },
        inputs: { code: ['batch', 5] },
      }),
      /no inputs|output is "image"/,
    ],
    [
      'a shape that does not fit',
      encode({ nodes, weights: { ...weights, shape: wholes(-1, 3, 5, 4) } }),
      /Reshape of x.*\[\d, 48\]|Reshape of x.*cannot be reshaped/,
    ],
    [
      'a shape that depends on values',
      encode({
        nodes: [nodes[0]!, node('Cast', 'flat', 'sizes', { to: 7 }), node('Reshape', 'flat, sizes', 'image')],
        weights,
      }),
      /Reshape of image.*"sizes".*follows from values of the code/,
    ],
    [
      'a node that takes what nothing makes',
      encode({ nodes: [node('Gemm', 'code, w, c', 'flat'), ...nodes.slice(1)], weights }),
      /Gemm of flat.*"c", which nothing before it makes/,
    ],
    [
      'a value that is made twice',
      encode({ nodes: [nodes[0]!, ...nodes], weights }),
      /Gemm of flat.*makes "flat", which is there already/,
    ],
    [
      'normalisation by the batch',
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('BatchNormalization', 'x, one, two, three, four', 'image', { training_mode: 1 }),
        ],
        weights: { ...weights, ...moments },
      }),
      /training mode/,
    ],
    [
      'codes that see each other',
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('ReduceMean', 'x', 'mean', { axes: [0] }),
          node('Sub', 'x, mean', 'image'),
        ],
        weights,
        opset: 13,
      }),
      /other codes of its batch/,
    ],
    [
      'a mode that is not supported',
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('Resize', 'x, , , sizes', 'image', { coordinate_transformation_mode: 'half_a_pixel' }),
        ],
        weights: { ...weights, sizes: wholes(2, 3, 8, 8) },
      }),
      /Resize of image.*half_a_pixel/,
    ],
    [
      'an attribute that is not supported',
      encode({ nodes: [...nodes.slice(0, 2), node('Sigmoid', 'x', 'image', { steepness: 2 })], weights }),
      /Sigmoid of image.*"steepness" is not supported/,
    ],
    [
      'a shape that depends on what is not zero',
      encode({
        nodes: [nodes[0]!, node('NonZero', 'flat', 'places'), node('Gather', 'flat, places', 'image')],
        weights,
      }),
      /NonZero of places.*"flat".*follows from values of the code/,
    ],
    [
      'a choice by values of the code',
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('ReduceMax', 'x', 'most', { keepdims: 0 }),
          node('Greater', 'most, zero', 'is bright'),
          node('If', 'is bright', 'image', {
            then_branch: { graph: { nodes: [node('Sigmoid', 'x', 'a')], output: 'a' } },
            else_branch: { graph: { nodes: [node('Tanh', 'x', 'a')], output: 'a' } },
          }),
        ],
        weights: { ...weights, zero: scalar(0) },
        opset: 13,
      }),
      /If of image.*condition follows from values of the code/,
    ],
    [
      'a shape that no computer holds',
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('Expand', 'x, huge', 'y'),
          node('ReduceMean', 'y', 'image', { axes: [0, 1] }),
        ],
        weights: { ...weights, huge: wholes(100000, 100000, 1, 3, 4, 4) },
        opset: 13,
      }),
      /Expand of y.*at most/,
    ],
    [
      'a list that no computer counts',
      encode({
        nodes: [node('Range', 'zero, huge, one', 'list'), node('Gemm', 'code, list', 'image')],
        weights: {
          zero: { shape: [], whole: [0] },
          huge: { shape: [], whole: [2 ** 40] },
          one: { shape: [], whole: [1] },
        },
      }),
      /Range of list.*at most/,
    ],
    [
      'images that overflow',
      encode({
        nodes: [
          ...nodes.slice(0, 2),
          node('Exp', 'x', 'a'),
          node('Exp', 'a', 'c'),
          node('Exp', 'c', 'd'),
          node('Exp', 'd', 'image'),
        ],
        weights,
      }),
      /not finite/,
    ],
    [
      'weights outside of the folder',
      encode({
        nodes,
        weights: { ...weights, w: { ...weights.w, external: { file: '../w', offset: 0 } } as Tensor },
      }),
      /"\.\.\/w"; expected a file beside/,
    ],
    [
      'codes of a fixed batch that see each other',
      encode({
        inputs: { code: [2, 5] },
        nodes: [
          ...nodes.slice(0, 2),
          node('ReduceMean', 'x', 'mean', { axes: [0] }),
          node('Sub', 'x, mean', 'image'),
        ],
        weights: { ...weights, shape: wholes(2, 3, 4, 4) },
        opset: 13,
      }),
      /other codes of its batch/,
    ],
    [
      'images that change in jumps',
      encode({ nodes: [...nodes.slice(0, 2), node('Round', 'x', 'image')], weights }),
      /gradient.*is zero everywhere/,
    ],
    [
      'lines with the padding of images',
      encode({
        nodes: [
          node('Gemm', 'code, w, b', 'flat'),
          node('Reshape', 'flat, line', 'lines'),
          node('Conv', 'lines, filters', 'wider', { pads: [1, 1, 1, 1] }),
          node('Reshape', 'wider, shape', 'image'),
        ],
        weights: { ...weights, line: wholes(-1, 3, 16), filters: normals('f', [3, 3, 3]) },
      }),
      /Conv.*it pads lines by \[1,1,1,1\]; expected two numbers/,
    ],
    [
      'names in several lines',
      encode({ nodes: [...nodes.slice(0, 2), node('Add', 'x, x\ny', 'image')], weights }),
      /takes "x y", which nothing before it makes/,
    ],
  ];
  test.each(cases)('%s', async (_, bytes, message) => {
    const failure = await read(bytes).then(
      () => undefined,
      error => error,
    );
    expect(failure).toBeInstanceOf(UserError);
    expect(failure.message).toMatch(/^model\.onnx: [^\n]*$/);
    expect(failure.message).toMatch(message);
  });
});
