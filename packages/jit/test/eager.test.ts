// The eager engine on other backends of TensorFlow.js than `js`. Theirs is the path that tfjs-node-gpu takes, which
// wants its images with channels last, as these do.
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engineOf } from '../src/devices.js';
import { acceptChannelsFirst } from '../src/engines/channels-last.js';
import { eagerEngine } from '../src/engines/eager.js';
import type { Call } from './cases/case.js';
import { isOrdinary } from './cases/on-device.js';
import { productCases } from './cases/product.js';
import { difference } from './difference.js';

const CONVOLUTIONS = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];

/** TensorFlow.js' CPU backend, but for convolutions of images with channels first. */
function registerChannelsLast(name: string): void {
  tf.registerBackend(name, () => new MathBackendCPU());
  tf.copyRegisteredKernels('cpu', name);
  for (const kernelName of CONVOLUTIONS) {
    const kernel = tf.getKernel(kernelName, name)!;
    tf.unregisterKernel(kernelName, name);
    tf.registerKernel({
      ...kernel,
      kernelFunc: call => {
        expect(call.attrs).toHaveProperty('dataFormat', 'NHWC');
        return kernel.kernelFunc(call);
      },
    });
  }
}
registerChannelsLast('channels-last');
for (const backend of ['channels-last', 'wasm']) acceptChannelsFirst(backend);

const always = () => true;
/** Those of wasm round otherwise where padding is given by numbers. */
const namesItsPadding = ({ settings }: Call<unknown>) =>
  typeof (settings as { pad: unknown }).pad === 'string';

describe.each([
  { backend: 'channels-last', kernels: CONVOLUTIONS, allowed: always },
  // It has no gradient of filters.
  { backend: 'wasm', kernels: ['Conv2D', 'Conv2DBackpropInput'], allowed: namesItsPadding },
])('on the backend $backend', ({ backend, kernels, allowed }) => {
  test.each(kernels)('%s is like on js', async kernel => {
    const engines = [await engineOf('js'), await eagerEngine(async () => backend)];
    for (const { calls, run, tolerance } of productCases[kernel]!) {
      await fc.assert(
        fc.asyncProperty(
          calls.filter(call => isOrdinary(call) && allowed(call)),
          async ({ inputs, settings }) => {
            const [expected, got] = await Promise.all(
              engines.map(async engine => {
                const program = await engine.compile((given: tf.Tensor[]) => run(given, settings), inputs);
                return program.run(inputs);
              }),
            );
            expect(difference(got, expected, tolerance)).toBeUndefined();
          },
        ),
        { seed: 20200, numRuns: 25 },
      );
    }
    expect(tf.memory().numTensors).toBe(0);
  });
});
