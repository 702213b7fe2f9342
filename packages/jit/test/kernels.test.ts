// Every translated kernel, and its gradient, against TensorFlow.js' own CPU backend on random calls.
import { randomStream } from '@blind-demod/experiment';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { compile, type Device, kernelTable } from '../src/index.js';
import type { Call, Case } from './cases/case.js';
import { elementwiseCases } from './cases/elementwise.js';
import { productCases } from './cases/product.js';
import { reductionCases } from './cases/reduction.js';
import { shapeCases } from './cases/shape.js';
import { difference } from './difference.js';

const DEVICES: Device[] = ['cpu'];
const SEED = 20200;
const RUNS = 25;

const cases: Record<string, Case[]> = {
  ...elementwiseCases,
  ...productCases,
  ...reductionCases,
  ...shapeCases,
};

test('every kernel of the table has cases', () => {
  expect(Object.keys(cases).toSorted()).toEqual(Object.keys(kernelTable).toSorted());
});

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

describe.each(DEVICES)('on %s, like js:', device => {
  test.each(Object.keys(cases))('%s', { timeout: 30_000 }, async name => {
    const called = vi.spyOn(tf.getKernel(name, 'blind-demod-trace')!, 'kernelFunc');
    for (const oneCase of cases[name]!) {
      called.mockClear();
      await fc.assert(
        fc.asyncProperty(oneCase.calls, call => compare(device, oneCase, call)),
        { seed: SEED, numRuns: RUNS },
      );
      expect(called).toHaveBeenCalled();
    }
  });
});
