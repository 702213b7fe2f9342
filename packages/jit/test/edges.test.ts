// Elementwise kernels and reductions at the edges of float32: where the devices agree, and the few places where not.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile, type Device } from '../src/index.js';
import { elementwiseKernels } from '../src/kernels/elementwise.js';
import { nd } from './cases/case.js';
import { difference, isClose } from './difference.js';

const DEVICES: Device[] = ['cpu'];
const EDGES = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  100,
  -100,
  3e38,
  -3e38,
  1e-30,
  -1e-30,
];

type Edge = ({ one: (x: tf.Tensor) => tf.Tensor } | { two: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor }) & {
  /** Where ONNX Runtime differs, as "arguments: js → cpu". Known, and not worth a node more in every program. */
  known?: string[];
};

const truth = (x: tf.Tensor) => tf.cast(x, 'bool');
/** The two arguments as a new first axis, to be reduced. */
const pair = (a: tf.Tensor, b: tf.Tensor) => {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  return tf.stack([tf.broadcastTo(a, shape), tf.broadcastTo(b, shape)]);
};
/** ONNX Runtime overlooks NaN in reductions unless it comes first. */
const overlooked = EDGES.slice(1).map(x => `${x},NaN: NaN → ${Math.fround(x)}`);

const edges: Record<string, Edge> = {
  Add: { two: tf.add },
  Sub: { two: tf.sub },
  Multiply: { two: tf.mul },
  RealDiv: { two: tf.div },
  Maximum: { two: tf.maximum },
  Minimum: { two: tf.minimum },
  Pow: {
    two: tf.pow,
    // C's rules on the right, JavaScript's on the left.
    known: [
      '1,NaN: NaN → 1',
      '1,Infinity: NaN → 1',
      '1,-Infinity: NaN → 1',
      '-1,Infinity: NaN → 1',
      '-1,-Infinity: NaN → 1',
    ],
  },
  SquaredDifference: { two: tf.squaredDifference },
  Greater: { two: tf.greater },
  GreaterEqual: { two: tf.greaterEqual },
  Less: { two: tf.less },
  LessEqual: { two: tf.lessEqual },
  Equal: { two: tf.equal },
  NotEqual: { two: tf.notEqual },
  LogicalAnd: { two: (a, b) => tf.logicalAnd(truth(a), truth(b)) },
  LogicalOr: { two: (a, b) => tf.logicalOr(truth(a), truth(b)) },
  LogicalNot: { one: x => tf.logicalNot(truth(x)) },
  Abs: { one: tf.abs },
  Neg: { one: tf.neg },
  Exp: { one: tf.exp },
  Log: { one: tf.log },
  Log1p: { one: tf.log1p },
  Sqrt: { one: tf.sqrt },
  Rsqrt: { one: tf.rsqrt },
  Reciprocal: { one: tf.reciprocal },
  Sigmoid: { one: tf.sigmoid },
  Tanh: { one: tf.tanh },
  Softplus: { one: tf.softplus },
  Relu: { one: tf.relu },
  LeakyRelu: { one: x => tf.leakyRelu(x, 0.25) },
  // Relu's gradient.
  Step: { one: x => tf.step(x, 0.25), known: ['NaN: NaN → 0.25'] },
  Sign: { one: tf.sign, known: ['NaN: 0 → NaN'] },
  Floor: { one: tf.floor },
  Ceil: { one: tf.ceil },
  Sin: { one: tf.sin },
  Cos: { one: tf.cos },
  Square: { one: tf.square },
  ClipByValue: { one: x => tf.clipByValue(x, -1, 1) },
  IsNan: { one: x => tf.isNaN(x) },
  Select: { two: (a, b) => tf.where(tf.greater(a, b), a, b) },
  // What does not fit in 32 bits.
  Cast: {
    one: x => tf.cast(x, 'int32'),
    known: [Number.NaN, Infinity, -Infinity, 3e38, -3e38].map(x => `${x}: 0 → -2147483648`),
  },
};

const reductionEdges: Record<string, Edge> = {
  Sum: { two: (a, b) => tf.sum(pair(a, b), 0) },
  // One divides before the sum, the other after.
  Mean: {
    two: (a, b) => tf.mean(pair(a, b), 0),
    known: [
      '3e+38,3e+38: 3.0000000054977558e+38 → Infinity',
      '-3e+38,-3e+38: -3.0000000054977558e+38 → -Infinity',
    ],
  },
  Max: { two: (a, b) => tf.max(pair(a, b), 0), known: overlooked },
  Min: { two: (a, b) => tf.min(pair(a, b), 0), known: overlooked },
  Prod: { two: (a, b) => tf.prod(pair(a, b), 0) },
  ArgMax: { two: (a, b) => tf.argMax(pair(a, b), 0) },
  ArgMin: { two: (a, b) => tf.argMin(pair(a, b), 0) },
};

/** Where the results of `fn` on edges differ by more than rounding. The sign of zero does not count. */
async function differences(edge: Edge, device: Device): Promise<string[]> {
  const shapes =
    'one' in edge
      ? [[EDGES.length]]
      : [
          [EDGES.length, 1],
          [1, EDGES.length],
        ];
  const inputs = shapes.map(shape => nd(shape, EDGES));
  const call = ([a, b]: tf.Tensor[]) => ('one' in edge ? edge.one(a!) : edge.two(a!, b!));
  const [expected, got] = await Promise.all(
    (['js', device] as const).map(async on => (await compile(call, inputs, { device: on })).run(inputs)),
  );
  return [...expected!.data].flatMap((value, i) => {
    const other = got!.data[i]!;
    if (isClose(other, value, 2e-6)) return [];
    const given = 'one' in edge ? [EDGES[i]] : [EDGES[Math.floor(i / EDGES.length)], EDGES[i % EDGES.length]];
    return [`${given}: ${value} → ${other}`];
  });
}

describe.each(DEVICES)('on %s, at the edges, like js but for what is known:', device => {
  test('every elementwise kernel is here', () => {
    expect(Object.keys(edges).toSorted()).toEqual(Object.keys(elementwiseKernels).toSorted());
  });

  test.each(Object.entries({ ...edges, ...reductionEdges }))('%s', async (_, edge) => {
    expect(await differences(edge, device)).toEqual(edge.known ?? []);
  });
});

describe.each(DEVICES)('on %s, arrays without elements, like js:', device => {
  const nothing = nd([2, 0, 3], []);
  const images = nd([0, 2, 2, 1], []);
  const rows = nd([2, 3], [1, 2, 3, 4, 5, 6]);
  const cases: Record<string, [typeof rows, (x: tf.Tensor) => tf.Tensor | tf.Tensor[]]> = {
    arithmetic: [nothing, x => tf.add(tf.mul(x, x), tf.ones([2, 1, 3]))],
    'the sum of nothing is zero': [nothing, x => tf.sum(x, 1)],
    'the mean of nothing is not a number': [nothing, x => tf.mean(x, 1)],
    'the product of nothing is one': [nothing, x => tf.prod(x, 1)],
    'a reduction that leaves nothing': [nothing, x => tf.max(x, 0)],
    reshape: [nothing, x => [[0, 2], [2, 0], [3, 0, 7], [2, 5, 0], [0]].map(shape => tf.reshape(x, shape))],
    transpose: [nothing, x => tf.transpose(x)],
    concatenate: [nothing, x => tf.concat([x, tf.ones([2, 1, 3])], 1)],
    'tile to nothing': [rows, x => tf.tile(x, [0, 1])],
    'an empty slice': [rows, x => tf.slice(x, [2, 0], [0, 3])],
    pad: [
      nothing,
      x =>
        tf.pad(x, [
          [0, 0],
          [1, 1],
          [0, 0],
        ]),
    ],
    'stack and unstack': [nothing, x => tf.unstack(tf.stack([x, x], 1), 1)],
    'a matrix product over nothing is zero': [nd([3, 0], []), x => tf.matMul(x, x, false, true)],
    'a convolution of no images': [
      images,
      x => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 3]), 1, 'same'),
    ],
    'gather nothing': [rows, x => tf.gather(x, tf.tensor1d([], 'int32'))],
    'the gradient': [nothing, x => tf.grad((x: tf.Tensor) => tf.sum(tf.square(x)))(x)],
  };
  test.each(Object.entries(cases))('%s', async (_, [input, fn]) => {
    const [expected, got] = await Promise.all(
      (['js', device] as const).map(async on => (await compile(fn, input, { device: on })).run(input)),
    );
    expect(difference(got, expected, 0)).toBeUndefined();
  });
});
