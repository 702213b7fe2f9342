// Elementwise kernels and reductions at the edges of float32: where the devices agree, and the few places where not.
import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile, type Device } from '../src/index.js';
import { elementwiseKernels } from '../src/kernels/elementwise.js';
import { functionKernels } from '../src/kernels/function.js';
import { nd } from './cases/case.js';
import { isClose } from './difference.js';

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
  Mod: {
    two: tf.mod,
    known: [
      // Towards an infinite divisor, which `js` has as no number.
      ...[0, 0].map(x => `${x},-Infinity: NaN → 0`),
      ...[1, 0.5, 100, 3e38, 1e-30].map(x => `${x},-Infinity: NaN → -Infinity`),
      ...[-1, -2.5, -100, -3e38, -1e-30].map(x => `${x},Infinity: NaN → Infinity`),
      // Remainders that are lost in the divisor when they are added to it.
      ...[1, 0.5, 100].map(x => `${x},-3e+38: 0 → ${Math.fround(-3e38)}`),
      ...[-1, -2.5, -100].map(x => `${x},3e+38: 0 → ${Math.fround(3e38)}`),
      ...[-1, -2.5, -100, -3e38].map(x => `1e-30,${x}: 0 → ${Math.fround(x)}`),
      ...[1, 0.5, 100, 3e38].map(x => `-1e-30,${x}: 0 → ${Math.fround(x)}`),
    ],
  },
  Atan2: {
    two: tf.atan2,
    // The sign of zero is not kept.
    known: [
      '0,0: 3.1415927410125732 → 0',
      '0,0: -3.1415927410125732 → 0',
      ...[-Infinity, -1, -2.5, -100, -3e38, -1e-30].map(
        x => `0,${x}: -3.1415927410125732 → 3.1415927410125732`,
      ),
    ],
  },
  SquaredDifference: { two: tf.squaredDifference },
  AddN: { two: (a, b) => tf.addN(tf.unstack(pair(a, b))) },
  Prelu: { two: tf.prelu },
  FusedBatchNorm: {
    two: (x, mean) => {
      const [first, second] = tf.unstack(pair(x, mean)) as [tf.Tensor2D, tf.Tensor2D];
      return tf.batchNorm(first, second, tf.onesLike(second));
    },
  },
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
  Relu6: { one: tf.relu6 },
  Elu: { one: tf.elu },
  EluGrad: {
    two: (a, b) => {
      const [dy, y] = tf.unstack(pair(a, b));
      return tf.engine().runKernel('EluGrad', { dy: dy!, y: y! }) as tf.Tensor;
    },
  },
  Selu: { one: tf.selu },
  Softmax: { two: (a, b) => tf.softmax(tf.transpose(pair(a, b))) },
  LeakyRelu: { one: x => tf.leakyRelu(x, 0.25) },
  // Relu's gradient.
  Step: { one: x => tf.step(x, 0.25) },
  Sign: { one: tf.sign, known: ['NaN: 0 → NaN'] },
  Floor: { one: tf.floor },
  Ceil: { one: tf.ceil },
  Round: { one: tf.round },
  Sin: { one: tf.sin },
  Cos: { one: tf.cos },
  Tan: { one: tf.tan },
  Asin: { one: tf.asin },
  Acos: { one: tf.acos },
  Atan: { one: tf.atan },
  Sinh: { one: tf.sinh },
  Cosh: { one: tf.cosh },
  Asinh: { one: tf.asinh },
  Acosh: { one: tf.acosh },
  Atanh: { one: tf.atanh },
  Erf: { one: tf.erf },
  Expm1: { one: tf.expm1 },
  Square: { one: tf.square },
  ClipByValue: { one: x => tf.clipByValue(x, -1, 1) },
  IsNan: { one: tf.isNaN },
  IsInf: { one: tf.isInf },
  IsFinite: { one: tf.isFinite },
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
    const kernels = Object.keys({ ...elementwiseKernels, ...functionKernels });
    expect(Object.keys(edges).toSorted()).toEqual(kernels.toSorted());
  });

  test.each(Object.entries({ ...edges, ...reductionEdges }))('%s', async (_, edge) => {
    expect((await differences(edge, device)).toSorted()).toEqual((edge.known ?? []).toSorted());
  });
});

/** What is known to differ beyond single numbers: results of `js`, and of the device. */
const differing: Record<
  string,
  { input: NdArray; fn: (x: tf.Tensor) => tf.Tensor; js: number[]; device: number[] }
> = {
  'the maximum of nothing': {
    input: nd([0], []),
    fn: x => tf.max(x),
    js: [Number.NaN],
    device: [-Infinity],
  },
  'all of nothing': { input: nd([0], [], 'bool'), fn: x => tf.all(x), js: [0], device: [1] },
  'the position of the greatest among NaN': {
    input: nd([4], [0, Number.NaN, 0, 0]),
    fn: x => tf.argMax(x),
    js: [0],
    device: [1],
  },
  'the gradient of the absolute value at NaN': {
    input: nd([1], [Number.NaN]),
    fn: x => tf.grad((x: tf.Tensor) => tf.abs(x))(x),
    js: [Number.NaN],
    device: [-1],
  },
  'sums over segments of what is not finite': {
    input: nd([2], [Infinity, 1]),
    fn: x => tf.unsortedSegmentSum(x, tf.tensor1d([0, 1], 'int32'), 2),
    js: [Infinity, Number.NaN],
    device: [Infinity, 1],
  },
  'the padding of a convolution by weights that are not finite': {
    input: nd([1, 2, 1], [Infinity, 1]),
    fn: filter =>
      tf.conv2d(tf.ones([1, 1, 1, 1]) as tf.Tensor4D, tf.reshape(filter, [1, 2, 1, 1]) as tf.Tensor4D, 1, [
        [0, 0],
        [0, 0],
        [1, 0],
        [0, 0],
      ]),
    js: [1],
    device: [Number.NaN],
  },
  'gradients that are not finite through resizing': {
    input: nd([1, 1, 2, 1], [Infinity, 1]),
    fn: dy =>
      tf
        .engine()
        .runKernel(
          'ResizeNearestNeighborGrad',
          { images: tf.ones([1, 2, 2, 1]), dy },
          { size: [1, 2], alignCorners: false, halfPixelCenters: false },
        ) as tf.Tensor,
    js: [Infinity, 1, 0, 0],
    device: [Infinity, Number.NaN, Number.NaN, Number.NaN],
  },
  'sums of products in which an operand has no axis that is summed first': {
    input: nd([2], [1, 2]),
    fn: x => tf.einsum('i,j->j', x, tf.tensor1d([10, 20])),
    js: [3],
    device: [30, 60],
  },
  'depthwise convolutions of images with channels first, which js takes for last': {
    input: nd([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    fn: x => tf.depthwiseConv2d(x as tf.Tensor4D, tf.tensor4d([1, 10], [1, 1, 2, 1]), 1, 'valid', 'NCHW'),
    js: [1, 20, 3, 40, 5, 60, 7, 80],
    device: [1, 2, 3, 4, 50, 60, 70, 80],
  },
  'the gradient of a pool of NaN': {
    input: nd([1, 1, 2, 1], [Number.NaN, Number.NaN]),
    fn: x => tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, [1, 2], 1, 'valid'))(x),
    js: [0, 0],
    device: [1, 0],
  },
  'stacks of matrices repeated along an inner axis, where js is wrong': {
    input: nd([2, 1, 1, 1], [1, 2]),
    fn: x => tf.matMul(x, tf.reshape(tf.tensor1d([10, 100, 1000, 10000]), [2, 2, 1, 1])),
    js: [10, 200, 1000, 20000],
    device: [10, 100, 2000, 20000],
  },
};

type Pooling = (x: tf.Tensor) => tf.Tensor;
const padding: [[number, number], [number, number], [number, number], [number, number]] = [
  [0, 0],
  [1, 0],
  [0, 1],
  [0, 0],
];
/** Pools whose gradients `js` has otherwise: of means in padding, and of windows of unequal sides in three axes. */
const poolings: [string, number[], Pooling][] = [
  ['maxPool', [2, 5, 4, 3], x => tf.maxPool(x as tf.Tensor4D, [3, 2], [2, 1], padding)],
  ['avgPool', [2, 5, 4, 3], x => tf.avgPool(x as tf.Tensor4D, [3, 2], [2, 1], 'same')],
  ['avgPool with given padding', [2, 5, 4, 3], x => tf.avgPool(x as tf.Tensor4D, [3, 3], [2, 1], padding)],
  ['maxPool3d', [2, 3, 4, 3, 2], x => tf.maxPool3d(x as tf.Tensor5D, [2, 3, 1], [1, 2, 1], 'same')],
  ['avgPool3d', [2, 3, 4, 3, 2], x => tf.avgPool3d(x as tf.Tensor5D, [2, 3, 1], [1, 2, 1], 'same')],
];

const resizings = (['resizeBilinear', 'resizeNearestNeighbor'] as const).flatMap(name =>
  [
    [false, false],
    [true, false],
    [false, true],
  ].map(([alignCorners, halfPixelCenters]) => ({ name, alignCorners, halfPixelCenters })),
);

describe.each(DEVICES)('on %s, otherwise than js:', device => {
  test.each(Object.entries(differing))('%s', async (_, { input, fn, ...expected }) => {
    const results = await Promise.all(
      (['js', device] as const).map(async on => (await compile(fn, input, { device: on })).run(input)),
    );
    expect(results.map(({ data }) => [...data])).toEqual([expected.js, expected.device]);
  });

  // TensorFlow.js' own gradients are right for one square image only (see cases/resize.ts).
  test.each(resizings)(
    'the gradient of $name (corners: $alignCorners, centres: $halfPixelCenters) adds up to what is linear',
    async how => {
      const random = randomStream(1, 'resizing');
      const image = float32([2, 4, 3, 2], random.normals(48));
      const weights = float32([2, 7, 2, 2], random.normals(56));
      const run = await compile(
        ({ image, weights }: { image: tf.Tensor; weights: tf.Tensor }) => {
          const resize = tf.image[how.name];
          const f = (x: tf.Tensor) =>
            tf.sum(tf.mul(weights, resize(x as tf.Tensor4D, [7, 2], how.alignCorners, how.halfPixelCenters)));
          return { value: f(image), product: tf.sum(tf.mul(image, tf.grad(f)(image))) };
        },
        { image, weights },
        { device },
      );
      const { value, product } = await run.run({ image, weights });
      expect(product.data[0]).toBeCloseTo(value.data[0]!, 4);
    },
  );

  // Pools are homogeneous: a · pool(x) is pool(a · x), so that x · gradient is the pool itself.
  test.each(poolings)('the gradient of %s adds up to the pool', async (_, shape, pool) => {
    const random = randomStream(1, 'pools');
    const image = float32(shape, random.normals(tf.util.sizeFromShape(shape)));
    const run = await compile(
      (image: tf.Tensor) => {
        const f = (x: tf.Tensor) => {
          const result = pool(x);
          const weights = Float32Array.from({ length: result.size }, (_, i) => Math.cos(i));
          return tf.sum(tf.mul(result, tf.tensor(weights, result.shape)));
        };
        return { value: f(image), product: tf.sum(tf.mul(image, tf.grad(f)(image))) };
      },
      image,
      { device },
    );
    const { value, product } = await run.run(image);
    expect(product.data[0]).toBeCloseTo(value.data[0]!, 4);
  });
});
