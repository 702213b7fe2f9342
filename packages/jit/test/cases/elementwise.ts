// The kernels of src/kernels/elementwise.ts.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  array,
  between,
  broadcastable,
  type Call,
  type Case,
  defineCase,
  INFINITE,
  integers,
  type Options,
  ofOne,
  ofOneWith,
  ofTwo,
  positives,
  reals,
  shapes,
  truths,
} from './case.js';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const unary = (run: Unary, elements = reals, options?: Options<null>): Case =>
  defineCase(ofOne(elements), ([x]) => run(x!), options);
const unaryOfInt = (run: Unary, elements = integers): Case =>
  defineCase(ofOne(elements, 'int32'), ([x]) => run(x!), { gradient: false });

const alike = ({ inputs: [first, ...rest] }: Call<unknown>): boolean =>
  rest.every(({ shape }) => `${shape}` === `${first!.shape}`);
/** TensorFlow.js does not repeat axes no times, nor sums gradients over such axes. */
const repeats = (call: Call<unknown>): boolean =>
  alike(call) || call.inputs.every(({ data }) => data.length > 0);

const binary = (run: Binary, left = reals, right = left): Case =>
  defineCase(ofTwo(left, right), ([a, b]) => run(a!, b!), { gradient: repeats });
/** For kernels whose gradient TensorFlow.js does not sum over broadcast axes. */
const binaryOfLikeGradient = (run: Binary): Case =>
  defineCase(ofTwo(), ([a, b]) => run(a!, b!), { gradient: alike });
const binaryOfInt = (run: Binary, left = integers, right = left): Case =>
  defineCase(ofTwo(left, right, 'int32'), ([a, b]) => run(a!, b!), { gradient: false });
const binaryOfBool = (run: Binary): Case =>
  defineCase(ofTwo(truths, truths, 'bool'), ([a, b]) => run(a!, b!), { gradient: false });

/** With a number that a translation may leave out, on either side. */
const withNumber = (run: Binary, number: number): Case[] => [
  unary(x => run(x, tf.scalar(number))),
  unary(x => run(x, tf.fill([2, ...x.shape], number))),
  unary(x => run(tf.scalar(number), x), positives),
];

const comparison = (run: Binary): Case[] => [
  defineCase(ofTwo(), ([a, b]) => run(a!, b!), { gradient: false }),
  binaryOfInt(run),
  binaryOfBool(run),
];

/** Steps at NaN differ, and so does the gradient of what has a corner. */
const stepped = { nonFinite: INFINITE };
const cornered: Options<null> = { gradient: ({ inputs: [x] }) => !x!.data.includes(Number.NaN) };

const awayFromZero = between(-3, 3).map(x => (Math.abs(x) < 0.05 ? 0.5 : x));

export const elementwiseCases: Record<string, Case[]> = {
  Add: [binary(tf.add), binaryOfInt(tf.add), ...withNumber(tf.add, 0)],
  Sub: [binary(tf.sub), binaryOfInt(tf.sub), ...withNumber(tf.sub, 0)],
  Multiply: [binary(tf.mul), binaryOfInt(tf.mul), ...withNumber(tf.mul, 1)],
  RealDiv: [binary(tf.div, reals, awayFromZero), ...withNumber(tf.div, 1)],
  Maximum: [binaryOfLikeGradient(tf.maximum), binaryOfInt(tf.maximum), binaryOfBool(tf.maximum)],
  Minimum: [binaryOfLikeGradient(tf.minimum), binaryOfInt(tf.minimum), binaryOfBool(tf.minimum)],
  Pow: [
    // Powers of one with NaN and infinity differ.
    binary(
      tf.pow,
      positives.map(x => (x === 1 ? 2 : x)),
      reals,
    ),
    ...withNumber(tf.pow, 1).slice(0, 2),
    // A negative base is for whole exponents only.
    unary(x => tf.pow(x, tf.scalar(3))),
    unary(x => tf.pow(x, tf.scalar(-2)), awayFromZero),
    binaryOfInt(tf.pow, integers, fc.integer({ min: 0, max: 4 })),
  ],
  Mod: [
    defineCase(ofTwo(reals, awayFromZero), ([a, b]) => tf.mod(a!, b!), {
      gradient: repeats,
      nonFinite: [Number.NaN],
    }),
    binaryOfInt(
      tf.mod,
      integers,
      integers.map(x => x || 3),
    ),
    // A remainder of a division by zero is zero.
    binaryOfInt(tf.mod),
  ],
  Atan2: [binary(tf.atan2)],
  SquaredDifference: [binaryOfLikeGradient(tf.squaredDifference), binaryOfInt(tf.squaredDifference)],

  AddN: [
    defineCase(
      fc
        .tuple(shapes(), fc.integer({ min: 1, max: 4 }))
        .chain(([shape, count]) =>
          fc
            .tuple(...Array.from({ length: count }, () => array(shape)))
            .map(inputs => ({ inputs, settings: null })),
        ),
      inputs => tf.addN(inputs),
    ),
  ],
  Prelu: [
    defineCase(
      ofTwo(),
      ([x, alpha]) => tf.prelu(x!, alpha!),
      // TensorFlow.js does not sum the gradient by x over broadcast axes.
      {
        gradient: ({ inputs: [x, alpha] }) =>
          `${x!.shape}` ===
            `${tf.broadcast_util.assertAndGetBroadcastShape([...x!.shape], [...alpha!.shape])}` &&
          repeats({ inputs: [x!, alpha!], settings: null }),
      },
    ),
    defineCase(ofTwo(integers, integers, 'int32'), ([x, alpha]) => tf.prelu(x!, alpha!), { gradient: false }),
  ],
  FusedBatchNorm: [
    defineCase(
      fc
        .tuple(shapes(4, 4), fc.boolean(), fc.boolean(), fc.boolean())
        .chain(([shape, whole, scaled, moved]) => {
          const statistics = whole ? shape : shape.slice(-1);
          const [mean, variance] = [array(statistics), array(statistics, positives)];
          const others = [scaled, moved].map(given => array(given ? statistics : []));
          return fc
            .tuple(array(shape), mean, variance, ...others)
            .map(inputs => ({ inputs, settings: { scaled, moved } }));
        }),
      ([x, mean, variance, scale, offset], { scaled, moved }) =>
        tf.batchNorm(
          x as tf.Tensor4D,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          moved ? (offset as tf.Tensor1D) : undefined,
          scaled ? (scale as tf.Tensor1D) : undefined,
          0.01,
        ),
      // Without them, TensorFlow.js' gradient fails.
      { gradient: ({ settings: { scaled, moved } }) => scaled && moved },
    ),
  ],

  Greater: comparison(tf.greater),
  GreaterEqual: comparison(tf.greaterEqual),
  Less: comparison(tf.less),
  LessEqual: comparison(tf.lessEqual),
  Equal: comparison(tf.equal),
  NotEqual: comparison(tf.notEqual),
  LogicalAnd: [binaryOfBool(tf.logicalAnd)],
  LogicalOr: [binaryOfBool(tf.logicalOr)],
  LogicalNot: [defineCase(ofOne(truths, 'bool'), ([x]) => tf.logicalNot(x!), { gradient: false })],

  Abs: [unary(tf.abs, reals, cornered), unaryOfInt(tf.abs)],
  Neg: [unary(tf.neg), unaryOfInt(tf.neg)],
  Relu: [unary(tf.relu, reals, cornered), unaryOfInt(tf.relu)],
  Relu6: [unary(x => tf.relu6(tf.mul(x, 4)), reals, cornered), unaryOfInt(tf.relu6)],
  LeakyRelu: [
    defineCase(
      ofOneWith(() => reals),
      ([x], alpha) => tf.leakyRelu(x!, alpha),
    ),
    unaryOfInt(x => tf.leakyRelu(x, 0.2)),
  ],
  Step: [
    defineCase(
      ofOneWith(() => fc.constantFrom(0, 0.25, -1)),
      ([x], alpha) => tf.step(x!, alpha),
      stepped,
    ),
    unaryOfInt(x => tf.step(x)),
  ],
  Sign: [unary(tf.sign, reals, stepped), unaryOfInt(tf.sign)],
  Square: [unary(tf.square), unaryOfInt(tf.square)],
  ClipByValue: [
    defineCase(
      ofOneWith(() => fc.tuple(reals, reals)),
      ([x], [a, b]) => tf.clipByValue(x!, Math.min(a, b), Math.max(a, b) + 0.25),
    ),
    unaryOfInt(x => tf.clipByValue(x, -2, 3)),
  ],

  Select: [
    defineCase(
      broadcastable(3)
        .chain(([c, t, e]) =>
          fc
            .tuple(array(c!, truths, 'bool'), array(t!), array(e!))
            .map(inputs => ({ inputs, settings: null })),
        )
        .filter(repeats),
      ([condition, t, e]) => tf.where(condition!, t!, e!),
    ),
    ...(['int32', 'bool'] as const).map(dtype =>
      defineCase(
        shapes().chain(shape =>
          fc
            .tuple(array(shape, truths, 'bool'), array(shape, truths, dtype), array(shape, truths, dtype))
            .map(inputs => ({ inputs, settings: null })),
        ),
        ([condition, t, e]) => tf.where(condition!, t!, e!),
        { gradient: false },
      ),
    ),
  ],
  Cast: [
    unary(x => tf.cast(x, 'int32'), reals, { gradient: false, nonFinite: [] }),
    unary(x => tf.cast(x, 'bool'), reals, { gradient: false }),
    unaryOfInt(x => tf.cast(x, 'float32')),
    unaryOfInt(x => tf.cast(x, 'bool')),
    defineCase(ofOne(truths, 'bool'), ([x]) => [tf.cast(x!, 'float32'), tf.cast(x!, 'int32')], {
      gradient: false,
    }),
    // The gradient passes through a cast to the same type.
    unary(x => tf.cast(x, 'float32')),
  ],
};
