// The eager engine on other backends of TensorFlow.js than `js`. Theirs is the path that tfjs-node-gpu takes, which
// wants its images with channels last, as these do.
import { float32, randomStream } from '@blind-demod/arrays';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engineOf } from '../src/devices.js';
import { eagerEngine } from '../src/engines/eager.js';
import { acceptConvolutions } from '../src/engines/plain-convolutions.js';
import type { ArraysOf } from '../src/tree.js';
import { convolutionCases } from './cases/convolution.js';
import { isOrdinary } from './cases/on-device.js';

import { difference } from './difference.js';

const CONVOLUTIONS = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];

/** TensorFlow.js' CPU backend, but for convolutions of images with channels first, or with padding in numbers. */
function registerPlain(name: string): void {
  tf.registerBackend(name, () => new MathBackendCPU());
  tf.copyRegisteredKernels('cpu', name);
  for (const kernelName of CONVOLUTIONS) {
    const kernel = tf.getKernel(kernelName, name)!;
    tf.unregisterKernel(kernelName, name);
    tf.registerKernel({
      ...kernel,
      kernelFunc: call => {
        expect(call.attrs).toHaveProperty('dataFormat', 'NHWC');
        expect(['valid', 'same']).toContain((call.attrs as { pad?: unknown }).pad);
        return kernel.kernelFunc(call);
      },
    });
  }
}
registerPlain('plain');
for (const backend of ['plain', 'wasm']) acceptConvolutions(backend);

/** Runs a function on a backend and on `js`, and compares. */
async function compare<I>(
  backend: string,
  fn: (input: I) => unknown,
  input: ArraysOf<I>,
  tolerance: number,
): Promise<void> {
  const [expected, got] = await Promise.all(
    [await engineOf('js'), await eagerEngine(async () => backend)].map(async engine =>
      (await engine.compile(fn, input)).run(input as never),
    ),
  );
  expect(difference(got, expected, tolerance)).toBeUndefined();
  expect(tf.memory().numTensors).toBe(0);
}

test.each(CONVOLUTIONS)(
  'where channels are last and padding is a word, %s takes both otherwise too',
  async kernel => {
    for (const { calls, run, tolerance } of convolutionCases[kernel]!) {
      await fc.assert(
        fc.asyncProperty(calls.filter(isOrdinary), ({ inputs, settings }) =>
          compare('plain', (given: tf.Tensor[]) => run(given, settings), inputs, tolerance),
        ),
        { seed: 20200, numRuns: 25 },
      );
    }
  },
);

test('on wasm, which has no gradient of filters, a layer runs both ways', async () => {
  const normals = (name: string, ...shape: number[]) =>
    float32(shape, randomStream(1, name).normals(shape.reduce((size, length) => size * length)));
  type Layer = { image: tf.Tensor; filter: tf.Tensor };
  const layer = (image: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same', 'NCHW') as tf.Tensor;
  const bothWays = ({ image, filter }: Layer) => ({
    forward: layer(image, filter),
    backward: tf.grad((x: tf.Tensor) => tf.sum(tf.square(layer(x, filter))))(image),
  });
  // Sums of some hundred products of order one.
  const tolerance = 5e-5;
  const input = { image: normals('image', 2, 3, 8, 8), filter: normals('filter', 4, 4, 3, 5) };
  await compare('wasm', bothWays, input, tolerance);
});
