// Generators of every architecture as the solver and users have them: gradients, cost, files, ONNX.

import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { imagesOf, iterate, PAPER_SOLVER, type SolverState } from '@blind-demod/demod-core';
import { compile, countOperations, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { ARCHITECTURES, type ArchitectureName } from '../src/architectures/index.js';
import { foldNormalisation } from '../src/freeze.js';
import {
  decodeGenerator,
  encodeGenerator,
  type Generator,
  generatorAtSize,
  generatorPrior,
  generatorToOnnx,
} from '../src/generator.js';
import { formOf, generate, networksOf } from '../src/networks.js';
import { type Parameters, zipParameters } from '../src/parameters.js';
import { smallNetwork } from './small-networks.js';

const normals = (name: string, ...shape: number[]) =>
  float32(shape, randomStream(1, name).normals(shape.reduce((a, b) => a * b, 1)));
const codes = normals('codes', 24, 6);

/** A generator of 16×16 images, its normalisation folded, and the images of `codes` before that. */
async function frozen(architecture: ArchitectureName, changes: object) {
  const settings = smallNetwork(architecture, changes);
  const form = formOf(settings, [1, 16, 16]);
  // Scales and biases that are not all alike, and weights larger than DCGAN's initial ones.
  const parameters = zipParameters<NdArray, NdArray>(
    ({ shape, data }) => {
      const noise = randomStream(2, 'changes', data.length).normals(data.length);
      const factor = architecture === 'dcgan' && shape.length > 1 ? 5 : 1;
      return float32(
        shape,
        Float32Array.from(data, (value, at) => factor * value + 0.1 * noise[at]!),
      );
    },
    networksOf(settings, [1, 16, 16]).initialGenerator(randomStream(1, 'frozen', architecture)),
  );
  const program = await compile(
    (input: { parameters: Parameters<Tensor>; codes: Tensor }) => ({
      parameters: foldNormalisation(input.parameters, input.codes, form),
      images: generate(input.parameters, input.codes, form),
    }),
    { parameters, codes },
    { device: 'cpu' },
  );
  const { parameters: folded, images } = await program.run({ parameters, codes });
  await program.dispose();
  const generator: Generator = { ...form, latentDimension: 6, parameters: folded };
  return { generator, images };
}

const largest = ({ data }: NdArray) =>
  Array.from(data).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
};

describe.each(
  (Object.keys(ARCHITECTURES) as ArchitectureName[]).flatMap(architecture => [
    { architecture, drawn: {} },
    { architecture, drawn: { drawnSize: 12 } },
  ]),
)('$architecture $drawn', async ({ architecture, drawn }) => {
  const { generator, images } = await frozen(architecture, drawn);
  const prior = generatorPrior(generator);
  const input = { codes, cotangent: normals('cotangent', 24, 1, 16, 16) };

  const passes = async (device: Device) => {
    const program = await compile(
      (given: { codes: Tensor; cotangent: Tensor }) => {
        const outputs = prior.forward(given.codes);
        return {
          images: imagesOf(outputs),
          ours: prior.backward(outputs, given.cotangent),
          theirs: tf.grad((z: Tensor) => imagesOf(prior.forward(z)))(given.codes, given.cotangent),
        };
      },
      input,
      { device },
    );
    const result = await program.run(input);
    await program.dispose();
    return result;
  };

  test('draws what it drew in training, and something', async () => {
    const { shape, data } = (await passes('cpu')).images;
    expect(shape).toEqual([24, 1, 16, 16]);
    // Float32 through a few layers, of images of order one.
    expect(farthest(data, images.data)).toBeLessThan(2e-5 * Math.max(1, largest(images)));
    const values = Array.from(data);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.hypot(...values.map(value => value - mean))).toBeGreaterThan(1);
  });

  test('its gradient is that of automatic differentiation on js', async () => {
    const [{ ours }, { theirs }] = [await passes('cpu'), await passes('js')];
    // Sums in float32, in another order.
    expect(farthest(ours.data, theirs.data)).toBeLessThan(1e-4 * largest(theirs));
  });

  test('an iteration costs five passes forward and two backward', () => {
    const passForward = (z: Tensor) => imagesOf(prior.forward(z));
    const forward = countOperations(passForward, codes);
    const there = countOperations(
      (given: { z: Tensor; c: Tensor }) => {
        const outputs = prior.forward(given.z);
        return { images: imagesOf(outputs), gradient: prior.backward(outputs, given.c) };
      },
      { z: codes, c: input.cotangent },
    );
    const descent = { code: codes, velocity: codes };
    const others = { code: normals('others', 24, 6), velocity: codes };
    const iteration = countOperations(
      (given: { observation: Tensor; state: SolverState<Tensor> }) =>
        iterate(prior, prior, given, given.state, PAPER_SOLVER).state,
      { observation: input.cotangent, state: { signal: descent, distortion: others } },
    );
    // What a position means to a network does not depend on the codes. It is computed once for G1(±h), for G2(±m), for G1(h).
    const fixed = 2 * forward - countOperations(passForward, normals('more', 48, 6));
    expect(fixed > 0).toBe(architecture === 'coordinate');
    expect(iteration).toBe(5 * forward - 2 * fixed + 2 * (there - forward));
  });

  test('its file and its ONNX model give the same images', async () => {
    const kept = decodeGenerator(encodeGenerator(generator), 'file');
    expect(kept.drawnSize).toBe(generator.drawnSize);
    expect(decodeGenerator(encodeGenerator(kept), 'file')).toEqual(kept);
    expect(() => decodeGenerator(encodeGenerator({ ...kept, latentDimension: 7 }), 'file')).toThrow(/shapes/);
    const session = await InferenceSession.create(generatorToOnnx(generator));
    for (const batch of [1, 24]) {
      const code = new OrtTensor('float32', codes.data.slice(0, 6 * batch), [batch, 6]);
      const { image } = await session.run({ code });
      expect(image!.dims).toEqual([batch, 1, 16, 16]);
      const expected = images.data.slice(0, 256 * batch);
      expect(farthest(image!.data as Float32Array, expected)).toBeLessThan(
        2e-5 * Math.max(1, largest(images)),
      );
    }
    await session.release();
  });
});

test.each(['coordinate', 'polynomial'] as const)('%s is asked for another size', async architecture => {
  const { generator, images } = await frozen(architecture, {});
  const large = generatorPrior(generatorAtSize(generator, 48));
  expect(large.imageShape).toEqual([1, 48, 48]);
  const program = await compile((z: Tensor) => imagesOf(large.forward(z)), codes, { device: 'cpu' });
  const { data } = await program.run(codes);
  await program.dispose();
  // Three pixels for one: the middle one is where the coarse one was.
  const middles = Array.from(images.data, (_, at) => {
    const [image, row, column] = [Math.floor(at / 256), Math.floor(at / 16) % 16, at % 16];
    return data[image * 48 ** 2 + (3 * row + 1) * 48 + 3 * column + 1]!;
  });
  expect(farthest(middles, images.data)).toBeLessThan(1e-5);
});

test('an architecture whose weights are for one size is not asked for another', async () => {
  const { generator } = await frozen('dcgan', {});
  expect(() => generatorAtSize(generator, 48)).toThrow(TypeError);
});
