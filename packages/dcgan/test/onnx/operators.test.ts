// Every operator in a small generator, whose images are ONNX Runtime's and whose gradients are differences of them.
import { readFileSync } from 'node:fs';
import { float32 } from '@blind-demod/arrays';
import { imagesOf } from '@blind-demod/demod-core';
import { compile } from '@blind-demod/jit';
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { operatorTable } from '../../src/onnx/operators/table.js';
import {
  codesOf,
  encode,
  node,
  normals,
  read,
  reals,
  scalar,
  type Tensor,
  type TestNode,
  wholes,
} from './model.js';

interface Case {
  readonly name: string;
  /** From `x`, features [batch, 6, 4, 4], or `flat`, the same [batch, 96], to `y`. */
  readonly nodes: readonly TestNode[];
  readonly weights?: Readonly<Record<string, Tensor>>;
  readonly opset?: number;
  /** Whether it has no gradient, or one that differences do not tell. */
  readonly isFlat?: boolean;
  /** Whether it can be carried out for one code at a time alone. */
  readonly forOne?: boolean;
}

const pass = (operator: string, attributes = {}, opset?: number): Case => ({
  name: `${operator} ${JSON.stringify(attributes)} ${opset ?? ''}`,
  nodes: [node(operator, 'x', 'y', attributes)],
  ...(opset && { opset }),
});
const given = (
  name: string,
  nodes: readonly TestNode[],
  weights: Readonly<Record<string, Tensor>> = {},
  more: Partial<Case> = {},
): Case => ({ name, nodes, weights, ...more });

const filters = (...shape: number[]) => normals('filters', shape, 0.3);
const vector = (name: string, length: number, deviation = 0.5) => normals(name, [length], deviation);
const positive = (name: string, length: number): Tensor => ({
  shape: [length],
  real: Array.from({ length }, (_, i) => 0.5 + ((i * 7) % 5) / 5 + name.length / 100),
});
/** x away from zero, where functions have kinks or poles. */
const squares = node('Mul', 'x, x', 'square');
const abovePoles = [squares, node('Add', 'square, one', 'above')];
const one = { one: scalar(1) };

const conv = (attributes: object, w: Tensor, bias = true): Case =>
  given(
    `Conv ${JSON.stringify(attributes)}`,
    [node('Conv', bias ? 'x, w, b' : 'x, w', 'y', { ...attributes })],
    {
      w,
      ...(bias && { b: vector('b', w.shape[0]!) }),
    },
  );
const transposed = (attributes: object, w: Tensor, channels: number): Case =>
  given(
    `ConvTranspose ${JSON.stringify(attributes)}`,
    [node('ConvTranspose', 'x, w, b', 'y', { ...attributes })],
    {
      w,
      b: vector('b', channels),
    },
  );
const resize = (attributes: object, { scales, sizes }: { scales?: number[]; sizes?: number[] }): Case =>
  given(
    `Resize ${JSON.stringify(attributes)} ${scales ?? sizes}`,
    [node('Resize', scales ? 'x, , scales' : 'x, , , sizes', 'y', { ...attributes })],
    scales ? { scales: reals(...scales) } : { sizes: wholes(...sizes!) },
  );
const pad = (mode: string, pads: number[]): Case =>
  given(
    `Pad ${mode} ${pads}`,
    [node('Pad', mode === 'constant' ? 'x, pads, value' : 'x, pads', 'y', { mode })],
    {
      pads: wholes(...pads),
      value: scalar(0.3),
    },
  );
const reduce = (operator: string, from = 'x'): Case =>
  given(`${operator}`, [...abovePoles, node(operator, `${from === 'x' ? 'above' : from}, axes`, 'y')], {
    axes: wholes(-1),
    ...one,
  });

/** A batch with three heads in its axis. */
const HEADS = wholes(-1, 8, 4);

const arithmetic: Case[] = [
  given(
    'Add, Sub, Mul, Div with constants',
    [
      node('Add', 'x, perChannel', 'a'),
      node('Sub', 'perPixel, a', 'b'),
      node('Mul', 'b, row', 'c'),
      node('Div', 'c, two', 'y'),
    ],
    {
      perChannel: normals('c', [6, 1, 1]),
      perPixel: normals('p', [1, 1, 4, 4]),
      row: normals('r', [4]),
      two: scalar(2),
    },
  ),
  given('Div of what varies', [...abovePoles, node('Div', 'x, above', 'y')], one),
  ...[2, 3, 1, -1, 0.5, 1.7].map(exponent =>
    given(`Pow ${exponent}`, [...abovePoles, node('Pow', 'above, exponent', 'y')], {
      ...one,
      exponent: scalar(exponent),
    }),
  ),
  given('Max and Min of several', [node('Max', 'x, other, low', 'a'), node('Min', 'a, channel', 'y')], {
    other: normals('o', [1, 6, 4, 4]),
    low: scalar(-0.5),
    channel: normals('c', [6, 1, 1]),
  }),
  given('Sum and Mean of several', [node('Sum', 'x, row, x', 'a'), node('Mean', 'a, x, row', 'y')], {
    row: normals('r', [4]),
  }),
  given(
    'Where, comparisons and logic',
    [
      node('Greater', 'x, zero', 'up'),
      node('Less', 'x, three', 'small'),
      node('And', 'up, small', 'both'),
      node('Not', 'both', 'neither'),
      node('GreaterOrEqual', 'x, three', 'large'),
      node('LessOrEqual', 'x, three', 'not large'),
      node('Or', 'large, not large', 'all'),
      node('Xor', 'all, neither', 'some'),
      node('Equal', 'some, both', 'same'),
      node('Where', 'both, x, row', 'a'),
      node('Where', 'same, a, zero', 'y'),
    ],
    { zero: scalar(0), three: scalar(3), row: normals('r', [4]) },
  ),
  ...[
    'Abs',
    'Neg',
    'Exp',
    'Erf',
    'Sin',
    'Cos',
    'Tanh',
    'Sigmoid',
    'Atan',
    'Asinh',
    'Sinh',
    'Cosh',
    'Identity',
  ].map(name => pass(name)),
  ...['Log', 'Sqrt', 'Reciprocal', 'Acosh'].map(name =>
    given(name, [...abovePoles, node(name, 'above', 'y')], one),
  ),
  ...['Asin', 'Acos', 'Atanh', 'Tan'].map(name =>
    given(name, [node('Sin', 'x', 'sine'), node('Mul', 'sine, most', 'small'), node(name, 'small', 'y')], {
      most: scalar(0.9),
    }),
  ),
  ...['Floor', 'Ceil', 'Round', 'Sign'].map(name =>
    given(name, [node(name, 'x', 'steps'), node('Add', 'steps, x', 'y')], {}, { isFlat: true }),
  ),
  given('Clip by inputs', [node('Clip', 'x, low, high', 'y')], { low: scalar(-0.6), high: scalar(0.8) }),
  given(
    'Clip by what varies',
    [
      node('ReduceMin', 'x', 'least', { keepdims: 0 }),
      node('ReduceMax', 'x', 'most', { keepdims: 0 }),
      node('Mul', 'least, half', 'low'),
      node('Mul', 'most, half', 'high'),
      node('Clip', 'x, low, high', 'y'),
    ],
    { half: scalar(0.5) },
    { forOne: true },
  ),
  given('Clip on one side', [node('Clip', 'x, , high', 'y')], { high: scalar(0.3) }),
  given(
    'Clip by attributes',
    [node('Clip', 'x', 'y', { min: { float: -0.5 }, max: { float: 0.5 } })],
    {},
    { opset: 10 },
  ),
  given('Cast and Dropout', [
    node('Cast', 'x', 'half', { to: 1 }),
    node('Dropout', 'half', 'dropped, mask'),
    node('Cast', 'mask', 'ones', { to: 1 }),
    node('CastLike', 'ones, x', 'like'),
    node('Mul', 'like, dropped', 'y'),
  ]),
  given(
    'Shapes reckoned with real numbers',
    [
      node('Shape', 'x', 'shape'),
      node('Slice', 'shape, two, four, zero', 'pixels'),
      node('Cast', 'pixels', 'real', { to: 1 }),
      node('Mul', 'real, factor', 'scaled'),
      node('Floor', 'scaled', 'floored'),
      node('Cast', 'floored', 'whole', { to: 7 }),
      node('Slice', 'shape, zero, two, zero', 'front'),
      node('Concat', 'front, whole', 'sizes', { axis: 0 }),
      node('Resize', 'x, , , sizes', 'y', {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    ],
    { two: wholes(2), four: wholes(4), zero: wholes(0), factor: scalar(1.6) },
  ),
];

/** From one place to the next, these jump: differences tell no gradient. */
const jumping: Case[] = [
  given(
    'IsNaN and IsInf',
    [
      node('Log', 'signed', 'logs'),
      node('IsNaN', 'logs', 'no number'),
      node('Where', 'no number, x, row', 'a'),
      node('IsInf', 'infinite', 'large', { detect_negative: 0 }),
      node('Where', 'large, x, a', 'b'),
      node('Div', 'x, zeros', 'c'),
      node('IsInf', 'c', 'small', { detect_positive: 0 }),
      node('IsNaN', 'c', 'nothing'),
      node('Or', 'small, nothing', 'low'),
      node('Where', 'low, x, b', 'y'),
    ],
    {
      signed: reals(1, -1, 2, -2),
      infinite: reals(Infinity, 1, -Infinity, 2),
      row: normals('r', [4]),
      zeros: reals(0, 0, 1, 1),
    },
    { isFlat: true },
  ),
  given(
    'Mod of what varies',
    [node('Mod', 'x, row', 'y', { fmod: 1 })],
    { row: reals(0.7, 1, 1.3, 0.4) },
    { isFlat: true },
  ),
  given('Hardmax', [node('Hardmax', 'x', 'h', { axis: 1 }), node('Mul', 'h, x', 'y')], {}, { isFlat: true }),
  given(
    'entries of a table where others are least or most',
    [
      node('ArgMin', 'x', 'least', { axis: -1, keepdims: 0 }),
      node('Gather', 'table, least', 'a'),
      node('ArgMax', 'x', 'most', { axis: 2, select_last_index: 1 }),
      node('Cast', 'most', 'b', { to: 1 }),
      node('Add', 'a, x', 'c'),
      node('Mul', 'c, b', 'y'),
    ],
    { table: normals('table', [4, 4]) },
    { isFlat: true },
  ),
  given(
    'OneHot of places that vary',
    [
      node('ArgMax', 'x', 'most', { axis: 3, keepdims: 0 }),
      node('OneHot', 'most, depth, values', 'hot', { axis: 2 }),
      node('Mul', 'hot, x', 'y'),
    ],
    { depth: { shape: [], whole: [4] }, values: reals(-0.5, 2) },
    { isFlat: true },
  ),
  given(
    'TopK of operator set 9',
    [
      node('TopK', 'x', 'values, places', { axis: 1, k: 2 }),
      node('Cast', 'places', 'numbers', { to: 1 }),
      node('Mul', 'values, numbers', 'y'),
    ],
    {},
    { isFlat: true, opset: 9 },
  ),
  ...[1, 0].map(largest =>
    given(
      `TopK ${largest}`,
      [
        node('TopK', 'x, count', 'values, places', { axis: 2, largest }),
        node('Cast', 'places', 'numbers', { to: 1 }),
        node('Mul', 'values, numbers', 'y'),
      ],
      { count: wholes(3) },
      { isFlat: true },
    ),
  ),
];

const activations: Case[] = [
  ...['Relu', 'HardSwish', 'Softplus', 'Softsign', 'Mish'].map(name => pass(name)),
  pass('LeakyRelu', { alpha: { float: 0.3 } }),
  pass('Elu', { alpha: { float: 1.3 } }),
  pass('Celu', { alpha: { float: 0.7 } }),
  pass('Selu'),
  pass('HardSigmoid', { alpha: { float: 0.3 }, beta: { float: 0.4 } }),
  { ...pass('ThresholdedRelu', { alpha: { float: 0.4 } }), isFlat: true },
  { ...pass('Shrink', { lambd: { float: 0.4 }, bias: { float: 0.1 } }), isFlat: true },
  pass('Gelu', {}, 20),
  pass('Gelu', { approximate: 'tanh' }, 20),
  given('PRelu', [node('PRelu', 'x, slope', 'y')], { slope: normals('s', [6, 1, 1]) }),
  pass('Softmax'),
  pass('Softmax', { axis: 1 }),
  pass('Softmax', { axis: 1 }, 11),
  pass('LogSoftmax', { axis: 2 }),
];

const normalisations: Case[] = [
  given(
    'BatchNormalization after convolutions, with moments in common',
    [
      node('Conv', 'x, w, b', 'c', { pads: [1, 1, 1, 1] }),
      node('BatchNormalization', 'c, scale, shift, mean, variance', 'n'),
      node('ConvTranspose', 'n, w2', 'd', { strides: [2, 2] }),
      node('BatchNormalization', 'd, shift, scale, mean, variance', 'm'),
      node('Conv', 'm, w3', 'e', { group: 2 }),
      node('BatchNormalization', 'e, scale, shift, mean, variance', 'o'),
      node('Conv', 'o, w3', 'f', { group: 2 }),
      node('BatchNormalization', 'f, scale, mean, shift, variance', 'p'),
      node('Add', 'f, p', 'y'),
    ],
    {
      w: filters(6, 6, 3, 3),
      b: vector('b', 6),
      w2: normals('w2', [6, 6, 2, 2], 0.3),
      w3: normals('w3', [6, 3, 1, 1], 0.5),
      scale: vector('scale', 6),
      shift: vector('shift', 6),
      mean: vector('mean', 6),
      variance: positive('variance', 6),
    },
  ),
  given(
    'BatchNormalization with moments from the code of one',
    [
      node('ReduceMean', 'x', 'mean', { axes: [0, 2, 3], keepdims: 0 }),
      node('Exp', 'mean', 'variance'),
      node('BatchNormalization', 'x, mean, shift, mean, variance', 'y'),
    ],
    { shift: vector('shift', 6) },
    { forOne: true, opset: 13 },
  ),
  given(
    'BatchNormalization',
    [node('BatchNormalization', 'x, scale, shift, mean, variance', 'y', { epsilon: { float: 0.01 } })],
    {
      scale: vector('scale', 6),
      shift: vector('shift', 6),
      mean: vector('mean', 6),
      variance: positive('variance', 6),
    },
  ),
  given('InstanceNormalization', [node('InstanceNormalization', 'x, scale, shift', 'y')], {
    scale: vector('scale', 6),
    shift: vector('shift', 6),
  }),
  given(
    'GroupNormalization',
    [node('GroupNormalization', 'x, scale, shift', 'y', { num_groups: 3 })],
    {
      scale: vector('scale', 6),
      shift: vector('shift', 6),
    },
    { opset: 21 },
  ),
  given('LayerNormalization', [node('LayerNormalization', 'x, scale, shift', 'y', { axis: 2 })], {
    scale: normals('scale', [4, 4]),
    shift: normals('shift', [4, 4]),
  }),
  given(
    'LayerNormalization with its moments',
    [
      node('LayerNormalization', 'x, scale', 'normal, mean, inverse'),
      node('Add', 'mean, inverse', 'both'),
      node('Mul', 'normal, both', 'y'),
    ],
    { scale: vector('scale', 4) },
  ),
  given(
    'RMSNormalization',
    [node('RMSNormalization', 'x, scale', 'y')],
    { scale: vector('scale', 4) },
    { opset: 23 },
  ),
  pass('MeanVarianceNormalization', { axes: [2, 3] }, 13),
  pass('LRN', { size: 3, alpha: { float: 0.2 }, beta: { float: 0.6 }, bias: { float: 1.5 } }),
  given('LpNormalization', [
    node('LpNormalization', 'x', 'a', { axis: 1, p: 2 }),
    node('LpNormalization', 'a', 'y', { axis: -1, p: 1 }),
  ]),
];

const convolutions: Case[] = [
  given(
    'Conv and ConvTranspose of lines',
    [
      node('Reshape', 'x, lines', 'a'),
      node('Conv', 'a, w, b', 'c', { pads: [2, 1], strides: [2], dilations: [1] }),
      node('ConvTranspose', 'c, back', 'd', { strides: [2], pads: [1, 0], output_padding: [1], group: 2 }),
      node('Reshape', 'd, shape', 'y'),
    ],
    {
      lines: wholes(-1, 6, 16),
      w: filters(4, 6, 4),
      b: vector('b', 4),
      back: filters(4, 3, 3),
      shape: wholes(-1, 6, 1, 17),
    },
  ),
  conv({ pads: [1, 1, 1, 1] }, filters(3, 6, 3, 3)),
  conv({ pads: [0, 1, 2, 1], strides: [2, 1] }, filters(3, 6, 3, 3), false),
  conv({ group: 2, pads: [1, 1, 1, 1] }, filters(4, 3, 3, 3)),
  conv({ group: 6, pads: [1, 1, 1, 1] }, filters(12, 1, 3, 3)),
  conv({ dilations: [2, 1], pads: [2, 1, 2, 1] }, filters(3, 6, 3, 3)),
  conv({ auto_pad: 'SAME_UPPER', strides: [3, 3] }, filters(3, 6, 4, 4)),
  conv({ auto_pad: 'SAME_LOWER', strides: [3, 3] }, filters(3, 6, 4, 4)),
  conv({ auto_pad: 'VALID' }, filters(3, 6, 2, 3)),
  transposed({ strides: [2, 2], pads: [1, 1, 1, 1] }, filters(6, 3, 4, 4), 3),
  transposed({ strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }, filters(6, 3, 3, 3), 3),
  transposed({ strides: [3, 2], pads: [0, 1, 1, 0], output_padding: [2, 1] }, filters(6, 3, 3, 2), 3),
  transposed({ dilations: [2, 2], strides: [2, 2] }, filters(6, 3, 3, 3), 3),
  transposed({ group: 3, strides: [2, 2] }, filters(6, 2, 2, 2), 6),
  transposed({ auto_pad: 'SAME_UPPER', strides: [2, 2] }, filters(6, 3, 3, 3), 3),
  transposed({ auto_pad: 'SAME_LOWER', strides: [2, 2] }, filters(6, 3, 3, 3), 3),
  transposed({ output_shape: [10, 9], strides: [2, 2] }, filters(6, 3, 3, 3), 3),
  ...[
    node('Conv', 'x, w, bent', 'y', { group: 2, dilations: [1, 2] }),
    node('ConvTranspose', 'x, w, bent', 'y', { group: 2, dilations: [1, 2] }),
  ].map(last =>
    given(
      `${last.operator} with filters and a bias from the code of one, in groups`,
      [
        node('Slice', 'flat, zero, many, axis', 'a'),
        node('ReduceMean', 'a, zero', 'b', { keepdims: 0 }),
        node('Reshape', 'b, shape', 'w'),
        node('Slice', 'b, zero, six, zero', 'bias'),
        node('Tanh', 'bias', 'bent'),
        last,
      ],
      { zero: wholes(0), many: wholes(72), axis: wholes(1), shape: wholes(6, 3, 2, 2), six: wholes(6) },
      { forOne: true },
    ),
  ),
  given(
    'ConvTranspose of one pixel',
    [node('Reshape', 'flat, one pixel', 'pixel'), node('ConvTranspose', 'pixel, w', 'y')],
    {
      'one pixel': wholes(-1, 96, 1, 1),
      w: filters(96, 3, 4, 4),
    },
  ),
  given(
    'grouped filters and moments that are computed from constants',
    [
      node('Erf', 'w', 'soft'),
      node('Conv', 'x, soft', 'c', { group: 3 }),
      node('Exp', 'scale', 'variance'),
      node('Softplus', 'variance', 'positive'),
      node('BatchNormalization', 'c, scale, scale, scale, positive', 'y'),
    ],
    { w: filters(6, 2, 3, 3), scale: vector('scale', 6) },
  ),
  given(
    'filters that are computed from constants',
    [
      node('Mul', 'w, two', 'w2'),
      node('Reciprocal', 'w2', 'w3'),
      node('Erf', 'w3', 'w4'),
      node('Conv', 'x, w4', 'y'),
    ],
    { w: filters(3, 6, 2, 2), two: scalar(2) },
  ),
];

const resampling: Case[] = [
  resize(
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    { scales: [1, 1, 2, 2] },
  ),
  resize({ mode: 'nearest' }, { scales: [1, 1, 1.7, 2.6] }),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map(nearest_mode =>
    resize(
      { mode: 'nearest', nearest_mode, coordinate_transformation_mode: 'align_corners' },
      { scales: [1, 1, 2, 3] },
    ),
  ),
  ...['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'half_pixel_symmetric'].map(
    mode => ({
      ...resize({ mode: 'linear', coordinate_transformation_mode: mode }, { scales: [1, 1, 2, 1.5] }),
      opset: 19,
    }),
  ),
  resize(
    { mode: 'linear', coordinate_transformation_mode: 'align_corners', axes: [2, 3] },
    { sizes: [7, 5] },
  ),
  resize({ mode: 'cubic', coordinate_transformation_mode: 'half_pixel' }, { scales: [1, 1, 2, 2] }),
  resize({ mode: 'cubic', exclude_outside: 1, cubic_coeff_a: { float: -0.5 } }, { scales: [1, 1, 2, 3] }),
  resize({ mode: 'linear', antialias: 1 }, { scales: [1, 1, 0.75, 0.5] }),
  resize({ mode: 'linear', antialias: 1, axes: [2, 3] }, { sizes: [3, 7] }),
  resize({ mode: 'cubic', antialias: 1, cubic_coeff_a: { float: -0.5 } }, { scales: [1, 1, 0.5, 0.5] }),
  resize({ mode: 'cubic', antialias: 1, exclude_outside: 1 }, { scales: [1, 1, 0.75, 0.5] }),
  ...[
    { coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: { float: 0.4 } },
    { coordinate_transformation_mode: 'tf_crop_and_resize', mode: 'linear' },
  ].map(attributes =>
    given(
      `Resize of a part ${JSON.stringify(attributes)}`,
      [node('Resize', 'x, part, , sizes', 'y', { axes: [2, 3], ...attributes })],
      { part: reals(0.2, -0.2, 0.7, 1.1), sizes: wholes(3, 6) },
    ),
  ),
  ...['not_larger', 'not_smaller'].map(keep_aspect_ratio_policy =>
    resize({ keep_aspect_ratio_policy, axes: [2, 3], mode: 'linear' }, { sizes: [7, 9] }),
  ),
  resize({ coordinate_transformation_mode: 'tf_half_pixel_for_nn' }, { scales: [1, 1, 2.5, 2] }),
  given('Resize along some axes', [node('Resize', 'x, , scales', 'y', { axes: [2, 3], mode: 'linear' })], {
    scales: reals(2, 3),
  }),
  given(
    'Resize of operator set 10',
    [node('Resize', 'x, scales', 'y', { mode: 'linear' })],
    { scales: reals(1, 1, 2, 2) },
    { opset: 10 },
  ),
  given(
    'Upsample',
    [node('Upsample', 'x, scales', 'y', { mode: 'nearest' })],
    { scales: reals(1, 1, 2, 3) },
    { opset: 9 },
  ),
  given(
    'Upsample, linear',
    [node('Upsample', 'x, scales', 'y', { mode: 'linear' })],
    { scales: reals(1, 1, 2, 2) },
    { opset: 9 },
  ),
  pad('constant', [0, 0, 1, 2, 0, 1, 0, 1]),
  pad('constant', [0, 0, -1, 2, 0, 0, 1, -1]),
  pad('reflect', [0, 0, 2, 1, 0, 0, 1, 3]),
  pad('edge', [0, 0, 2, 1, 0, 0, 1, 3]),
  { ...pad('wrap', [0, 0, 2, 1, 0, 0, 1, 3]), opset: 19 },
  pass('AveragePool', { kernel_shape: [2, 2], strides: [2, 2] }),
  pass('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }),
  pass('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  pass('AveragePool', { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }),
  ...['AveragePool', 'MaxPool'].map(operator =>
    given(
      `${operator} of lines and of volumes`,
      [
        node('Reshape', 'x, lines', 'a'),
        node(operator, 'a', 'b', { kernel_shape: [3], pads: [1, 0], strides: [2] }),
        node('Reshape', 'b, volumes', 'c'),
        node(operator, 'c', 'd', { kernel_shape: [2, 1, 3], pads: [0, 0, 1, 1, 0, 1] }),
        node('Reshape', 'd, image', 'y'),
      ],
      { lines: wholes(-1, 6, 16), volumes: wholes(-1, 3, 2, 2, 4), image: wholes(-1, 3, 4, 4) },
    ),
  ),
  pass('MaxPool', { kernel_shape: [2, 2], strides: [2, 2] }),
  pass('MaxPool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  pass('GlobalAveragePool'),
  pass('GlobalMaxPool'),
];

const moving: Case[] = [
  given(
    'Split by number of outputs',
    [node('Split', 'x', 'a, b, c', { axis: 1 }), node('Concat', 'c, a, b', 'y', { axis: 1 })],
    {},
    { opset: 13 },
  ),
  given(
    'Split by num_outputs, unevenly',
    [
      node('Pad', 'x, pads', 'seven'),
      node('Split', 'seven', 'a, b, c, d', { axis: 1, num_outputs: 4 }),
      node('Concat', 'd, c, a, b', 'y', { axis: -3 }),
    ],
    { pads: wholes(0, 1, 0, 0, 0, 0, 0, 0) },
  ),
  given(
    'Split by sizes',
    [
      node('Split', 'x, sizes', 'a, b', { axis: 1 }),
      node('Mul', 'b, b', 'c'),
      node('Concat', 'c, a', 'y', { axis: 1 }),
    ],
    { sizes: wholes(2, 4) },
  ),
  given(
    'Split by an attribute',
    [node('Split', 'x', 'a, b', { axis: 2, split: [1, 3] }), node('Concat', 'b, a', 'y', { axis: 2 })],
    {},
    { opset: 11 },
  ),
  given('Slice backwards and by steps', [node('Slice', 'x, starts, ends, axes, steps', 'y')], {
    starts: wholes(-1, 0),
    ends: wholes(-100, 100),
    axes: wholes(2, 3),
    steps: wholes(-1, 2),
  }),
  given(
    'Slice by attributes',
    [node('Slice', 'x', 'y', { starts: [1, 0], ends: [5, 2], axes: [1, 3] })],
    {},
    { opset: 9 },
  ),
  given(
    'Gather',
    [
      node('Gather', 'x, numbers', 'some', { axis: 1 }),
      node('Gather', 'x, last', 'row', { axis: 2 }),
      node('Unsqueeze', 'row, axes', 'rows'),
      node('Concat', 'some, rows', 'y', { axis: 2 }),
    ],
    {
      numbers: wholes(4, 0, 2, 2, -1, 1),
      last: { shape: [], whole: [-1] },
      axes: wholes(2),
    },
  ),
  given(
    'ReverseSequence',
    [
      node('Shape', 'x', 'shape'),
      node('Gather', 'shape, zero', 'batch'),
      node('ConstantOfShape', 'batch', 'lengths', { value: { array: wholes(3) } }),
      node('ReverseSequence', 'x, lengths', 'y', { batch_axis: 0, time_axis: 1 }),
    ],
    { zero: wholes(0) },
  ),
  given(
    'parts by SplitToSequence and SequenceAt',
    [
      node('SplitToSequence', 'x, sizes', 'parts', { axis: 1 }),
      node('SequenceAt', 'parts, last', 'a'),
      node('SplitToSequence', 'x, four', 'unequal', { axis: 1 }),
      node('SequenceAt', 'unequal, one', 'b'),
      node('SplitToSequence', 'x', 'single', { axis: -1, keepdims: 0 }),
      node('SequenceAt', 'single, one', 'c'),
      node('Slice', 'c, zero, four rows, axes', 'd'),
      node('Reshape', 'd, square', 'e'),
      node('Concat', 'a, b, e', 'y', { axis: 1 }),
    ],
    {
      sizes: wholes(4, 2),
      four: { shape: [], whole: [4] },
      one: { shape: [], whole: [1] },
      last: { shape: [], whole: [-1] },
      zero: wholes(0),
      'four rows': wholes(4),
      axes: wholes(1),
      square: wholes(-1, 1, 4, 4),
    },
  ),
  given('Transpose', [node('Transpose', 'x', 'y', { perm: [0, 2, 3, 1] })]),
  given('Transpose of the batch and back', [
    node('Transpose', 'x', 'a', { perm: [3, 1, 0, 2] }),
    node('Tanh', 'a', 'b'),
    node('Transpose', 'b', 'y', { perm: [2, 1, 3, 0] }),
  ]),
  given(
    'Tile and Expand',
    [
      node('Tile', 'x, repeats', 'a'),
      node('Slice', 'a, first, second, axis', 'b'),
      node('Expand', 'b, shape', 'y'),
    ],
    {
      repeats: wholes(1, 1, 2, 3),
      first: wholes(3),
      second: wholes(4),
      axis: wholes(3),
      shape: wholes(1, 8, 5),
    },
  ),
  given(
    'DepthToSpace and SpaceToDepth',
    [
      node('Concat', 'x, x', 'a', { axis: 1 }),
      node('DepthToSpace', 'a', 'b', { blocksize: 2 }),
      node('SpaceToDepth', 'b', 'c', { blocksize: 4 }),
      node('Slice', 'c, first, end, axis', 'd'),
      node('DepthToSpace', 'd', 'y', { blocksize: 2, mode: 'CRD' }),
    ],
    { first: wholes(4), end: wholes(12), axis: wholes(1) },
  ),
  given(
    'Flatten, Squeeze and Unsqueeze',
    [
      node('Flatten', 'x', 'a', { axis: 2 }),
      node('Reshape', 'a, apart', 'b'),
      node('Squeeze', 'b, axes', 'c'),
      node('Unsqueeze', 'c, axes', 'd'),
      node('Reshape', 'd, shape', 'y'),
    ],
    { apart: wholes(-1, 6, 1, 16), axes: wholes(2), shape: wholes(0, 6, 8, -1) },
  ),
  given(
    'Squeeze and Unsqueeze by attributes',
    [node('Unsqueeze', 'x', 'a', { axes: [1] }), node('Squeeze', 'a', 'y', { axes: [1] })],
    {},
    { opset: 11 },
  ),
  given(
    'Shape, ConstantOfShape, Range and Where for a shape',
    [
      node('Shape', 'x', 'shape'),
      node('Gather', 'shape, zero', 'batch'),
      node('Unsqueeze', 'batch, zeros', 'front'),
      node('Constant', '', 'rest', { value_ints: [6, 16] }),
      node('Concat', 'front, rest', 'target', { axis: 0 }),
      node('Reshape', 'x, target', 'a'),
      node('Range', 'zero, sixteen, step', 'numbers'),
      node('Cast', 'numbers', 'ramp', { to: 1 }),
      node('Size', 'ramp', 'count'),
      node('Cast', 'count', 'real', { to: 1 }),
      node('Div', 'ramp, real', 'slope'),
      node('Add', 'a, slope', 'b'),
      node('ConstantOfShape', 'two', 'ones', { value: { array: wholes(1) } }),
      node('Concat', 'target, ones', 'longer', { axis: 0 }),
      node('Slice', 'longer, zeros, three', 'cut'),
      node('Mod', 'cut, large', 'same'),
      node('ReduceProd', 'same', 'product', { keepdims: 0 }),
      node('Greater', 'product, zero', 'is positive'),
      node('Where', 'is positive, same, same', 'final'),
      node('Reshape', 'b, final', 'c'),
      node('Reshape', 'c, square', 'y'),
    ],
    {
      zero: { shape: [], whole: [0] },
      zeros: wholes(0),
      sixteen: { shape: [], whole: [16] },
      step: { shape: [], whole: [1] },
      two: wholes(2),
      three: wholes(3),
      large: { shape: [], whole: [1000] },
      square: wholes(-1, 6, 4, 4),
    },
  ),
  given(
    'constants that are made',
    [
      node('EyeLike', 'shape', 'eye', { dtype: 1 }),
      node('OneHot', 'index, depth, values', 'row'),
      node('Add', 'eye, row', 'both'),
      node('Mul', 'x, both', 'y'),
    ],
    {
      shape: normals('any', [4, 4]),
      index: wholes(2),
      depth: { shape: [], whole: [4] },
      values: reals(0.5, 2),
    },
  ),
];

/** Indices [1, …] for each code of the batch. */
const forEachCode = [
  node('Shape', 'x', 'shape'),
  node('Gather', 'shape, zero', 'batch'),
  node('Concat', 'batch, own', 'all', { axis: 0 }),
  node('Expand', 'indices, all', 'places'),
];
const whole = (shape: number[], numbers: (index: number) => number): Tensor => ({
  shape,
  whole: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => numbers(index)),
});
const BATCH_LAST = node('Transpose', 'x', 'last', { perm: [1, 2, 3, 0] });
const BATCH_FIRST = node('Transpose', 'changed', 'y', { perm: [3, 0, 1, 2] });

const indexing: Case[] = [
  given(
    'GatherElements, as PyTorch gathers',
    [...forEachCode, node('GatherElements', 'x, places', 'y', { axis: -1 })],
    {
      zero: wholes(0),
      own: wholes(5, 4, 2),
      indices: whole([1, 5, 4, 2], i => ((i * 7) % 4) - (i % 3 ? 0 : 4)),
    },
  ),
  given(
    'GatherElements of rows that are not alike',
    [
      node('Transpose', 'x', 'last', { perm: [1, 0, 2, 3] }),
      node('Shape', 'last', 'shape'),
      node('Expand', 'indices, shape', 'places'),
      node('GatherElements', 'last, places', 'changed', { axis: 0 }),
      node('Transpose', 'changed', 'y', { perm: [1, 0, 2, 3] }),
    ],
    { indices: whole([6, 1, 1, 4], i => (i * 5) % 6) },
  ),
  given(
    'GatherND behind the batch',
    [
      ...forEachCode,
      node('GatherND', 'x, places', 'rows', { batch_dims: 1 }),
      node('Unsqueeze', 'rows, axes', 'y'),
    ],
    {
      zero: wholes(0),
      own: wholes(3, 2),
      indices: whole([1, 3, 2], i => [0, 3, 5, -1, 2, 2][i]!),
      axes: wholes(1),
    },
  ),
  given(
    'GatherND of whole blocks, as PyTorch indexes',
    [BATCH_LAST, node('GatherND', 'last, places', 'changed'), BATCH_FIRST],
    { places: whole([3, 1], i => [0, 5, -2][i]!) },
  ),
  ...['none', 'add', 'mul', 'max', 'min'].map(reduction =>
    given(
      `ScatterElements ${reduction}`,
      [
        ...forEachCode,
        node('Slice', 'x, first, third, across', 'updates'),
        node('Sin', 'updates', 'bent'),
        node('ScatterElements', 'x, places, bent', 'y', { axis: 3, reduction }),
      ],
      {
        zero: wholes(0),
        own: wholes(6, 4, 2),
        // Where places are written once, the order does not count.
        indices: whole([1, 1, 1, 2], i => (reduction === 'none' ? [3, 1] : [3, 3])[i]!),
        first: wholes(0),
        third: wholes(2),
        across: wholes(3),
      },
    ),
  ),
  given(
    'Scatter of operator set 10',
    [...forEachCode, node('Sin', 'x', 'bent'), node('Scatter', 'x, places, bent', 'y', { axis: 2 })],
    { zero: wholes(0), own: wholes(6, 4, 4), indices: whole([1, 1, 4, 1], i => [2, 0, 3, 1][i]!) },
    { opset: 10 },
  ),
  given(
    'ScatterND, as PyTorch writes to parts',
    [
      BATCH_LAST,
      node('Slice', 'last, first, second, axis', 'updates'),
      node('Exp', 'updates', 'bent'),
      node('ScatterND', 'last, places, bent', 'written'),
      node('ScatterND', 'written, again, bent', 'changed', { reduction: 'add' }),
      BATCH_FIRST,
    ],
    {
      first: wholes(0),
      second: wholes(2),
      axis: wholes(0),
      places: whole([2, 1], i => [4, 1][i]!),
      again: whole([2, 1], i => [4, -1][i]!),
    },
  ),
  given(
    'Compress and NonZero',
    [
      node('Compress', 'x, kept', 'a', { axis: 1 }),
      node('NonZero', 'kept', 'places'),
      node('Squeeze', 'places, zero', 'numbers'),
      node('Gather', 'x, numbers', 'b', { axis: 1 }),
      node('Mul', 'a, b', 'y'),
    ],
    { kept: { shape: [6], truth: [1, 0, 0, 1, 1, 0] }, zero: wholes(0) },
  ),
  given(
    'If, which takes what the shape says',
    [
      node('Shape', 'x', 'shape', { start: 3 }),
      node('Equal', 'shape, four', 'fits'),
      node('If', 'fits', 'y', {
        then_branch: { graph: { nodes: [node('Softplus', 'x', 'a')], output: 'a' } },
        else_branch: { graph: { nodes: [node('Tanh', 'x', 'b')], output: 'b' } },
      }),
    ],
    { four: wholes(4) },
  ),
];

const sampling: Case[] = [
  ...['linear', 'nearest'].flatMap(mode =>
    ['zeros', 'border'].flatMap(padding_mode =>
      [0, 1].map(align_corners =>
        given(
          `GridSample ${mode} ${padding_mode} ${align_corners}`,
          [...forEachCode, node('GridSample', 'x, places', 'y', { mode, padding_mode, align_corners })],
          { zero: wholes(0), own: wholes(3, 5, 2), indices: normals('grid', [1, 3, 5, 2], 0.7) },
          { opset: 20 },
        ),
      ),
    ),
  ),
  given(
    'AffineGrid by matrices from the code, and GridSample there',
    [
      node('Slice', 'flat, zero, six, axis', 'a'),
      node('Reshape', 'a, matrices', 'b'),
      node('Mul', 'b, tenth', 'c'),
      node('Add', 'c, identity', 'theta'),
      ...forEachCode.slice(0, 3),
      node('AffineGrid', 'theta, all', 'grid'),
      node('GridSample', 'x, grid', 'y'),
    ],
    {
      zero: wholes(0),
      six: wholes(6),
      axis: wholes(1),
      matrices: wholes(-1, 2, 3),
      tenth: scalar(0.1),
      identity: { shape: [2, 3], real: [0.81, 0.1, 0.03, -0.2, 0.77, 0.05] },
      own: wholes(6, 3, 5),
    },
    { opset: 20 },
  ),
  given(
    'Col2Im',
    [
      node('Reshape', 'x, columns', 'a'),
      node('Col2Im', 'a, image, block', 'y', { strides: [2, 1], pads: [1, 0, 0, 0], dilations: [1, 2] }),
    ],
    { columns: wholes(-1, 12, 8), image: wholes(4, 6), block: wholes(3, 2) },
  ),
];

const folding: Case[] = [
  ...[
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceProd',
  ].map(name => reduce(name)),
  ...[2, -1].flatMap(axis =>
    [{}, { reverse: 1 }, { exclusive: 1 }, { exclusive: 1, reverse: 1 }].map(attributes =>
      given(
        `CumSum ${axis} ${JSON.stringify(attributes)}`,
        [node('CumSum', 'x, axis', 'y', { ...attributes })],
        { axis: wholes(axis) },
      ),
    ),
  ),
  given(
    'Trilu',
    [
      node('Trilu', 'x', 'a'),
      node('Trilu', 'x, k', 'b', { upper: 0 }),
      node('Concat', 'a, b', 'y', { axis: 1 }),
    ],
    {
      k: { shape: [], whole: [-1] },
    },
  ),
  given(
    'ReduceMean by attributes, axes dropped',
    [node('ReduceMean', 'x', 'a', { axes: [1, -1], keepdims: 0 }), node('Reshape', 'a, shape', 'y')],
    { shape: wholes(-1, 1, 2, 2) },
    { opset: 13 },
  ),
];

const products: Case[] = [
  given('MatMul of rows', [node('MatMul', 'x, w', 'y')], { w: normals('w', [4, 7]) }),
  given('MatMul from the left', [node('MatMul', 'w, x', 'y')], { w: normals('w', [7, 4]) }),
  given('MatMul of stacks', [node('MatMul', 'x, w', 'y')], { w: normals('w', [6, 4, 5]) }),
  given('MatMul with a vector', [node('MatMul', 'x, v', 'a'), node('Unsqueeze', 'a, axes', 'y')], {
    v: normals('v', [4]),
    axes: wholes(3),
  }),
  given('MatMul of what varies', [
    node('Transpose', 'x', 'a', { perm: [0, 1, 3, 2] }),
    node('Sin', 'x', 'b'),
    node('MatMul', 'a, b', 'y'),
  ]),
  given(
    'Gemm',
    [
      node('Gemm', 'flat, w, b', 'a', { alpha: { float: 0.5 }, beta: { float: 2 } }),
      node('Reshape', 'a, shape', 'y'),
    ],
    {
      w: normals('w', [96, 12], 0.2),
      b: normals('b', [12]),
      shape: wholes(-1, 3, 2, 2),
    },
  ),
  given(
    'attention with heads in one axis with the batch',
    [
      node('Reshape', 'x, tokens', 'a'),
      node('Transpose', 'a', 'b', { perm: [0, 2, 1, 3] }),
      node('Reshape', 'b, merged', 'q'),
      node('Transpose', 'q', 'k', { perm: [0, 2, 1] }),
      node('MatMul', 'q, k', 'scores'),
      node('Softmax', 'scores', 'weights', { axis: -1 }),
      node('MatMul', 'weights, q', 'mixed'),
      node('Reshape', 'mixed, apart', 'c'),
      node('Reshape', 'c, image', 'y'),
    ],
    { tokens: wholes(-1, 8, 3, 4), merged: HEADS, apart: wholes(-1, 3, 8, 4), image: wholes(-1, 6, 4, 4) },
  ),
  given(
    'Einsum',
    [
      node('Einsum', 'x, w', 'a', { equation: 'bchw,cd->bdhw' }),
      node('Einsum', 'a, x', 'y', { equation: 'bdhw, bchw -> bdch' }),
    ],
    { w: normals('w', [6, 5]) },
  ),
  given(
    'Einsum of one and of three',
    [
      node('Einsum', 'x', 'sums', { equation: 'bchw->bhc' }),
      node('Einsum', 'sums, w, x', 'y', { equation: 'bhc,ce,bchw->bche' }),
    ],
    { w: normals('w', [6, 7]) },
  ),
  given(
    'Einsum with axes that are not named, diagonals and no result',
    [
      node('Einsum', 'x', 'a', { equation: '...ii->...i' }),
      node('Einsum', 'a, w', 'b', { equation: '...ci, cd' }),
      node('Einsum', 'x, v', 'c', { equation: '...hw,w->...h' }),
      node('Einsum', 'b, c', 'd', { equation: 'bid, bch -> bdch' }),
      node('Identity', 'd', 'y'),
    ],
    { w: normals('w', [6, 5]), v: normals('v', [4]) },
  ),
];

const attending: Case[] = [
  given(
    'Attention of heads, with fewer for keys',
    [
      node('Reshape', 'x, tokens', 'a'),
      node('MatMul', 'a, w', 'k'),
      node('Sin', 'k', 'v'),
      node('Attention', 'a, k, v, mask', 'b', {
        q_num_heads: 4,
        kv_num_heads: 2,
        is_causal: 1,
        softcap: { float: 2 },
        scale: { float: 0.7 },
      }),
      node('Reshape', 'b, image', 'y'),
    ],
    {
      tokens: wholes(-1, 8, 12),
      w: normals('w', [12, 6], 0.5),
      mask: normals('m', [8, 8]),
      image: wholes(-1, 6, 4, 4),
    },
    { opset: 23 },
  ),
  given(
    'Attention with a mask of truth values',
    [node('Attention', 'x, x, x, mask', 'y')],
    { mask: { shape: [4, 4], truth: [1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1] } },
    { opset: 23 },
  ),
  ...[0, 1].map(interleaved =>
    given(
      `RotaryEmbedding ${interleaved}`,
      [
        ...forEachCode,
        node('RotaryEmbedding', 'x, cosines, sines, places', 'a', { interleaved }),
        node('Reshape', 'a, rows', 'b'),
        node('RotaryEmbedding', 'b, one cosine, one sine, places', 'c', {
          interleaved,
          num_heads: 6,
          rotary_embedding_dim: 2,
        }),
        node('Reshape', 'c, image', 'y'),
      ],
      {
        zero: wholes(0),
        own: wholes(4),
        indices: whole([1, 4], i => [0, 2, 1, 3][i]!),
        cosines: normals('cos', [4, 2]),
        sines: normals('sin', [4, 2]),
        'one cosine': normals('cos', [4, 1]),
        'one sine': normals('sin', [4, 1]),
        rows: wholes(-1, 4, 24),
        image: wholes(-1, 6, 4, 4),
      },
      { opset: 23 },
    ),
  ),
];

const CODES = codesOf(3, 5);

/** The case between a first layer and the output, for any number of codes or for one. */
function modelOf({ nodes, weights = {}, opset = 18 }: Case, batch: 'batch' | 1): Uint8Array {
  return encode({
    opset,
    inputs: { code: [batch, 5] },
    outputs: { y: [batch, 'a', 'b', 'c'] },
    nodes: [
      node('Gemm', 'code, first weights, first bias', 'flat'),
      node('Reshape', 'flat, features shape', 'x'),
      ...nodes,
    ],
    weights: {
      'first weights': normals('first', [5, 96], 0.5),
      'first bias': normals('bias', [96], 0.3),
      'features shape': wholes(batch === 1 ? 1 : -1, 6, 4, 4),
      ...Object.fromEntries(
        // A batch of one is also what shapes that are constants say.
        Object.entries(weights).map(([name, value]) => [name, batch === 1 ? fixed(value) : value]),
      ),
    },
  });
}
const fixed = (value: Tensor): Tensor =>
  value !== HEADS &&
  'whole' in value &&
  value.whole.length > 2 &&
  value.whole[0] === -1 &&
  value.whole.slice(1).every(size => size > 0)
    ? { ...value, whole: [1, ...value.whole.slice(1)] }
    : value;

const groups: [string, Case[]][] = [
  ['arithmetic', arithmetic],
  ['jumping', jumping],
  ['activations', activations],
  ['normalisation', normalisations],
  ['convolutions', convolutions],
  ['resampling', resampling],
  ['moving', moving],
  ['indexing', indexing],
  ['sampling', sampling],
  ['folding', folding],
  ['products', products],
  ['attending', attending],
];

describe.each(groups)('%s', (_, cases) => {
  describe.each(cases)('$name', testCase => {
    test.each(testCase.forOne ? [1 as const] : (['batch', 1] as const))('of a batch %s', async batch => {
      const bytes = modelOf(testCase, batch);
      const expected = await imagesByOrt(bytes, batch);
      const prior = (await read(bytes)).prior();
      const weights = float32(
        [3, ...prior.imageShape],
        Float32Array.from({ length: expected.length }, (_, i) => Math.cos(1.3 * i)),
      );
      const program = await compile(
        ({ codes, cotangent }: { codes: TfTensor; cotangent: TfTensor }) => {
          const outputs = prior.forward(codes);
          return { images: imagesOf(outputs), gradient: prior.backward(outputs, cotangent) };
        },
        { codes: CODES, cotangent: weights },
        { device: 'cpu' },
      );
      const run = async (data: Float32Array) => {
        const { images, gradient } = await program.run({ codes: float32([3, 5], data), cotangent: weights });
        return { images: images.data as Float32Array, gradient: gradient.data as Float32Array };
      };
      const { images, gradient } = await run(CODES.data);
      const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(images.length).toBe(expected.length);
      // Rounding of float32 through a few operators, in which some terms are larger than their sum.
      images.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * size));

      if (!testCase.isFlat) {
        const direction = Float32Array.from({ length: 15 }, (_, i) => Math.sin(2.1 * i + 1));
        const step = 5e-4;
        const at = async (t: number) => {
          const moved = await run(CODES.data.map((value, i) => value + t * direction[i]!));
          return moved.images.reduce((sum, value, i) => sum + value * weights.data[i]!, 0);
        };
        const slope = ((await at(step)) - (await at(-step))) / (2 * step);
        const exact = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
        const scale = Math.hypot(...gradient) * Math.hypot(...direction);
        expect(scale).toBeGreaterThan(0);
        // Kinks within the step, and rounding of the sums over so small a step.
        expect(Math.abs(slope - exact)).toBeLessThan(0.02 * scale);
      }
      await program.dispose();
    });
  });
});

test('there is a case for every operator', () => {
  const all = groups.flatMap(([, cases]) => cases);
  const tested = new Set(all.flatMap(({ nodes }) => nodes.map(({ operator }) => operator)));
  expect(Object.keys(operatorTable).filter(name => !tested.has(name))).toEqual([]);
});

test('the README lists the operators', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, list] = text.split('**Operators:**');
  expect([...list!.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(Object.keys(operatorTable).sort());
});

/** The images of the codes by ONNX Runtime, one code by one where the model is for one. */
async function imagesByOrt(bytes: Uint8Array, batch: 'batch' | 1): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const count = batch === 1 ? 1 : 3;
  const parts: number[] = [];
  for (let start = 0; start < 3; start += count) {
    const code = new OrtTensor('float32', CODES.data.slice(5 * start, 5 * (start + count)), [count, 5]);
    const { y } = await session.run({ code });
    parts.push(...(y!.data as Float32Array));
  }
  await session.release();
  return Float32Array.from(parts);
}
