import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import { generatorPrior } from '@blind-demod/dcgan';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { randomGenerator } from '../../dcgan/test/random-generator.js';
import { type GenerativePrior, imagesOf, randomReluPrior } from '../src/prior.js';

describe.each<[string, GenerativePrior]>([
  ['generator', generatorPrior(randomGenerator())],
  ['random network', randomReluPrior({ widths: [5, 30, 60], seed: 1, name: 'test' })],
])('%s', (_, prior) => {
  const codes = float32([3, 5], randomStream(2, 'codes').normals(15));
  const cotangent = float32(
    [3, ...prior.imageShape],
    randomStream(3, 'cotangent').normals(3 * prior.imageShape.reduce((a, b) => a * b, 1)),
  );

  test('its backward pass is the gradient that automatic differentiation gives', async () => {
    const program = await compile(
      (input: { codes: Tensor; cotangent: Tensor }) => ({
        ours: prior.backward(prior.forward(input.codes), input.cotangent),
        theirs: tf.grad((z: Tensor) => imagesOf(prior.forward(z)))(input.codes, input.cotangent),
      }),
      { codes, cotangent },
      { device: 'cpu' },
    );
    const { ours, theirs } = await program.run({ codes, cotangent });
    await program.dispose();
    ours.data.forEach((value, i) => expect(value).toBeCloseTo(theirs.data[i]!, 4));
    expect(Math.hypot(...ours.data)).toBeGreaterThan(0.1);
  });

  test('its backward pass agrees with finite differences', async () => {
    const program = await compile(
      (input: { codes: Tensor; cotangent: Tensor }) => {
        const outputs = prior.forward(input.codes);
        return {
          value: tf.sum(tf.mul(imagesOf(outputs), input.cotangent)),
          gradient: prior.backward(outputs, input.cotangent),
        };
      },
      { codes, cotangent },
      { device: 'cpu' },
    );
    const at = async (z: Float32NdArray) => (await program.run({ codes: z, cotangent })).value.data[0]!;
    const { gradient } = await program.run({ codes, cotangent });
    const direction = randomStream(4, 'direction').normals(15);
    const slope = direction.reduce((sum, d, i) => sum + d * gradient.data[i]!, 0);
    const moved = (distance: number) =>
      float32(
        [3, 5],
        codes.data.map((z, i) => z + distance * direction[i]!),
      );
    const distance = 1e-3;
    const difference = (await at(moved(distance))) - (await at(moved(-distance)));
    // Float32 sums of order ten carry 1e-6, over 2e-3: 1e-3; kinks of rectifiers within the step as much again.
    expect(difference / (2 * distance) / slope).toBeCloseTo(1, 1);
    expect(Math.abs(difference / (2 * distance) - slope)).toBeLessThan(
      0.02 * Math.hypot(...gradient.data) * Math.hypot(...direction),
    );
    await program.dispose();
  });
});

test('a random network is positively homogeneous: G(c·z) = c·G(z) for c > 0', async () => {
  const prior = randomReluPrior({ widths: [6, 40, 90], seed: 2, name: 'test' });
  const z = float32([1, 6], randomStream(1, 'z').normals(6));
  const program = await compile(
    (input: Tensor) => ({
      one: imagesOf(prior.forward(input)),
      three: imagesOf(prior.forward(tf.mul(input, 3))),
    }),
    z,
    { device: 'cpu' },
  );
  const { one, three } = await program.run(z);
  await program.dispose();
  one.data.forEach((value, i) => expect(three.data[i]).toBeCloseTo(3 * value, 4));
});
