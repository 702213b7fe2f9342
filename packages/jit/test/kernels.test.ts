// Every translated kernel, and its gradient, against TensorFlow.js' own CPU backend on random calls.
import { randomStream } from '@blind-demod/arrays';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { compile, type Device, kernelTable } from '../src/index.js';
import { trace } from '../src/trace.js';
import { type Call, type Case, INFINITE, NON_FINITE, nd } from './cases/case.js';
import { cases } from './cases/index.js';
import { onDevice, RUNS } from './cases/on-device.js';
import { difference } from './difference.js';
import { callKernel, recordedCalls, retyped, TYPES, watched } from './kernel-calls.js';

const SEED = 20200;

afterEach(() => {
  vi.restoreAllMocks();
});

test('every kernel of the table has cases', () => {
  expect(Object.keys(cases).toSorted()).toEqual(Object.keys(kernelTable).toSorted());
});

/** Numbers at which `cpu` and `js` differ (see edges.test.ts), which the random calls leave out. */
const DIFFERING: Record<string, readonly number[]> = {
  ...Object.fromEntries(
    ['ArgMax', 'ArgMin', 'Max', 'MaxPool', 'MaxPool3D', 'Min', 'Sign', 'Step'].map(name => [
      name,
      [Number.NaN],
    ]),
  ),
  Mod: INFINITE,
  TopK: NON_FINITE,
  DepthwiseConv2dNativeBackpropInput: NON_FINITE,
  Conv3DBackpropInputV2: NON_FINITE,
  MaxPoolGrad: NON_FINITE,
  MaxPool3DGrad: NON_FINITE,
  UnsortedSegmentSum: NON_FINITE,
  ResizeNearestNeighborGrad: NON_FINITE,
  ResizeBilinearGrad: NON_FINITE,
};
const BROADCASTING = new Set(
  `Add Sub Multiply RealDiv Maximum Minimum Pow SquaredDifference Prelu FusedBatchNorm Greater GreaterEqual Less
  LessEqual Equal NotEqual LogicalAnd LogicalOr Select BatchMatMul Atan2 Mod`.split(/\s+/),
);

test.each(Object.entries(cases))(
  'the random calls of %s have every kind of shape and number',
  (name, rows) => {
    const calls = rows.flatMap(({ calls }) => fc.sample(calls, { seed: SEED, numRuns: RUNS }));
    const inputs = calls.flatMap(call => call.inputs);
    expect(inputs.some(({ shape }) => shape.includes(0))).toBe(true);
    expect(inputs.some(({ shape }) => shape.includes(1))).toBe(true);
    if (BROADCASTING.has(name)) {
      expect(calls.some(({ inputs: [a, b] }) => `${a!.shape}` !== `${b!.shape}`)).toBe(true);
    }
    const reals = inputs.filter(({ dtype }) => dtype === 'float32').flatMap(({ data }) => [...data]);
    const missing = NON_FINITE.filter(number => !reals.includes(number));
    expect(missing).toEqual(reals.length > 0 ? (DIFFERING[name] ?? []) : NON_FINITE);
  },
);

/** The results of a call, and the gradients of a weighted sum of them by each float32 input. */
function callWithGradients({ run, gradient }: Case, call: Call<unknown>) {
  const { settings } = call;
  return (inputs: tf.Tensor[]) => {
    const results = [run(inputs, settings)].flat();
    if (!gradient(call)) return { results };
    const weightedSum = (...floats: tf.Tensor[]) => {
      const rest = floats.values();
      const all = inputs.map(input => (input.dtype === 'float32' ? rest.next().value! : input));
      const random = randomStream(SEED, 'weights');
      const [first, ...more] = [run(all, settings)]
        .flat()
        .map(result => tf.sum(tf.mul(result, tf.tensor(random.normals(result.size), result.shape))));
      return more.reduce((sum, term) => tf.add(sum, term), first!);
    };
    const gradients = tf.grads(weightedSum)(inputs.filter(({ dtype }) => dtype === 'float32'));
    return { results, gradients };
  };
}

async function compare(device: Device, oneCase: Case, call: Call<unknown>): Promise<void> {
  const { inputs } = call;
  const fn = callWithGradients(oneCase, call);
  const [reference, program] = await Promise.all([
    compile(fn, inputs, { device: 'js' }),
    compile(fn, inputs, { device }),
  ]);
  try {
    const [expected, got] = [await reference.run(inputs), await program.run(inputs)];
    expect(difference(got, expected, oneCase.tolerance)).toBeUndefined();
  } finally {
    await program.dispose();
  }
}

const ids = (shape: number[]) => tf.zeros<tf.Rank>(shape, 'int32') as tf.Tensor1D;
const rounded = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 2, 0, 'NHWC', 1, 'ceil');
test.each<[RegExp, number[], (x: tf.Tensor) => tf.Tensor]>([
  [
    /UnsortedSegmentSum with a segment for each row of \[2,3\], got \[2,3\]/,
    [2, 3],
    x => tf.unsortedSegmentSum(x, ids([2, 3]), 4),
  ],
  [/an axis with elements for ArgMax, got axis 1 of \[2,0\]/, [2, 0], x => tf.argMax(x, 1)],
  [/positions of 0 to 1 for GatherV2, got -1/, [2, 3], x => tf.gather(x, tf.tensor1d([0, -1], 'int32'))],
  [
    /positions of 0 to 2 for GatherNd, got 3/,
    [2, 3],
    x => tf.gatherND(x, tf.tensor2d([[1, 3]], [1, 2], 'int32')),
  ],
  [/positions of 0 to 3 for ScatterNd, got 4/, [1], x => tf.scatterND(tf.fill([1, 1], 4, 'int32'), x, [4])],
  [/a slice within \[2,3\], got one of \[2,2\] at \[0,2\]/, [2, 3], x => tf.slice(x, [0, 2], [2, 2])],
  [/a place for an axis in \[2,3\], got -4/, [2, 3], x => tf.expandDims(x, -4)],
  [/the same inner length, got \[2,3\] · \[2,3\]/, [2, 3], x => tf.matMul(x, x)],
  [/the same inner length, got \[3,2\]ᵀ · \[3\]/, [3, 2], x => tf.matMul(x, tf.ones([3]), true)],
  [
    /the same but for axis 1 for Concat, got \[2,3\], \[3,3\]/,
    [2, 3],
    x => tf.concat([x, tf.ones([3, 3])], 1),
  ],
  [/one type for Pack, got float32, int32/, [2], x => tf.stack([x, tf.ones([2], 'int32')])],
  [/Fill with float32, int32 or bool, got string/, [2], () => tf.fill([2], 'text')],
  [/Einsum with each axis of the result once, got "i->ii"/, [2], x => tf.einsum('i->ii', x)],
  [
    /windows that fit in \[3,3\] and its padding, got \[5,5\]/,
    [1, 3, 3, 1],
    x => tf.maxPool(x as tf.Tensor4D, 5, 1, 'valid'),
  ],
  [
    /strides of at most the filter's length where padding is 'same'/,
    [1, 5, 5, 5, 1],
    x => tf.conv3d(x as tf.Tensor5D, tf.ones([1, 1, 1, 1, 1]), 3, 'same'),
  ],
  [/Cast to float32, int32 or bool, got complex64/, [2], x => tf.cast(x, 'complex64')],
  [
    /\[1,1,1,1\] as the shape of a convolution or pool with a gradient/,
    [1, 3, 3, 1],
    x => tf.grad(rounded)(x),
  ],
])('a call without a translation is a TypeError: %s', (message, shape, fn) => {
  expect(() => trace(fn, nd(shape, Array(tf.util.sizeFromShape(shape)).fill(0)))).toThrow(message);
});

test.each<[string, number[], (x: tf.Tensor, at: tf.Tensor) => tf.Tensor]>([
  ['GatherV2', [1], (x, at) => tf.gather(x, at as tf.Tensor1D)],
  ['GatherNd', [1, 1], (x, at) => tf.gatherND(x, at)],
  ['ScatterNd', [1, 1], (x, at) => tf.scatterND(at, tf.slice(x, 0, 1), [3])],
])('on cpu, a position that is an input of %s and none is an error when it runs', async (_, shape, fn) => {
  const x = nd([3], [1, 2, 3]);
  const run = await compile(([x, at]: tf.Tensor[]) => fn(x!, at!), [x, nd(shape, [0], 'int32')], {
    device: 'cpu',
  });
  await run.run([x, nd(shape, [2], 'int32')]);
  for (const wrong of [-1, 3]) {
    await expect(run.run([x, nd(shape, [wrong], 'int32')])).rejects.toThrow(/invalid ind|out of data bounds/);
  }
  await run.dispose();
});

describe.each(inject('devices'))('on %s, like js:', device => {
  test.each(Object.keys(cases))('%s', { timeout: 30_000 }, async name => {
    const called = watched(name, device);
    for (const { runs, ...oneCase } of cases[name]!.map(row => onDevice(device, name, row))) {
      called.mockClear();
      await fc.assert(
        fc.asyncProperty(oneCase.calls, call => compare(device, oneCase, call)),
        { seed: SEED, numRuns: runs },
      );
      // Few calls may be such as need no kernel: a transpose that moves nothing.
      if (runs === RUNS) expect(called).toHaveBeenCalled();
    }
  });
});

test.each(Object.keys(cases))('%s of every type, or an error that names it', async name => {
  const [call] = recordedCalls(name);
  const fn = callKernel(name, call!);
  for (const dtype of TYPES) {
    const { inputs } = retyped(call!, dtype);
    const program = await compile(fn, inputs, { device: 'cpu' }).catch(error => error as Error);
    if (program instanceof Error) {
      expect(program).toBeInstanceOf(TypeError);
      expect(program.message).toMatch(new RegExp(`^expected .* for ${name}, got ${dtype}`));
    } else {
      const reference = await compile(fn, inputs, { device: 'js' });
      expect(difference(await program.run(inputs), await reference.run(inputs), 2e-6)).toBeUndefined();
      await program.dispose();
    }
  }
});
