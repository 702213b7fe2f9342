import {
  decodeSafetensors,
  encodeSafetensors,
  float32,
  type NdArray,
  randomStream,
  UserError,
} from '@blind-demod/arrays';
import { compile, constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { foldNormalisation } from '../src/freeze.js';
import {
  affineLayers,
  decodeGenerator,
  encodeGenerator,
  type Generator,
  generatorToOnnx,
} from '../src/generator.js';
import { generate, networksOf } from '../src/networks.js';
import { type Parameters, zipParameters } from '../src/parameters.js';
import { smallExperiment } from './fixtures.js';

const { network } = smallExperiment().experiment.distortion;
const form = {
  architecture: 'dcgan',
  imageShape: [1, 16, 16],
  outputRange: [0, 1],
  outputSmoothing: 1,
} as const;
const codes = float32([32, 6], randomStream(1, 'codes').normals(192));
// Weights larger than the initial ones, so that images are not all grey.
const trained = zipParameters<NdArray, NdArray>(
  ({ shape, data }) =>
    float32(
      shape,
      (data as Float32Array).map(value => 5 * value),
    ),
  networksOf(network, [1, 16, 16]).initialGenerator(randomStream(1, 'generator test')),
);
let folded: Generator;
let byBatchStatistics: NdArray;

beforeAll(async () => {
  const program = await compile(
    (input: { parameters: Parameters<Tensor>; codes: Tensor }) => ({
      parameters: foldNormalisation(input.parameters, input.codes, form),
      images: generate(input.parameters, input.codes, form),
    }),
    { parameters: trained, codes },
    { device: 'cpu' },
  );
  const result = await program.run({ parameters: trained, codes });
  await program.dispose();
  folded = { ...form, latentDimension: 6, parameters: result.parameters };
  byBatchStatistics = result.images;
});

const closeTo = (actual: NdArray | Float32Array, expected: ArrayLike<number>) => {
  const data = 'data' in actual ? actual.data : actual;
  expect(data.length).toBe(expected.length);
  return Math.max(...Array.from(data, (value, i) => Math.abs(value - expected[i]!)));
};

describe('folding', () => {
  test('changes nothing for the codes whose moments it froze', async () => {
    expect(folded.parameters.every(layer => layer.scale === undefined)).toBe(true);
    const program = await compile(
      (input: Tensor) => generate(zipParameters(constant, folded.parameters), input, form),
      codes,
      { device: 'cpu' },
    );
    const images = await program.run(codes);
    await program.dispose();
    // Images in [0, 1], rounding errors of float32 through three layers.
    expect(closeTo(images, byBatchStatistics.data)).toBeLessThan(1e-5);
    const values = Float64Array.from(images.data);
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.hypot(...values.map(value => value - mean)) / Math.sqrt(values.length)).toBeGreaterThan(0.05);
  });

  test('its layers, one after the other, are the generator', async () => {
    const program = await compile(
      (input: Tensor) => {
        let value = input;
        for (const layer of affineLayers(folded)) {
          value = layer.apply(value);
          value = layer.activation === 'relu' ? tf.relu(value) : tf.sigmoid(tf.mul(value, 2));
        }
        return value;
      },
      codes,
      { device: 'cpu' },
    );
    expect(closeTo(await program.run(codes), byBatchStatistics.data)).toBeLessThan(1e-5);
    await program.dispose();
  });
});

describe('files', () => {
  test('the ONNX export gives the same images in a plain ONNX Runtime session, at any batch size', async () => {
    const session = await InferenceSession.create(generatorToOnnx(folded));
    for (const batch of [1, 3, 32]) {
      const { image } = await session.run({
        code: new OrtTensor('float32', codes.data.slice(0, 6 * batch), [batch, 6]),
      });
      expect(image!.dims).toEqual([batch, 1, 16, 16]);
      expect(closeTo(image!.data as Float32Array, byBatchStatistics.data.slice(0, 256 * batch))).toBeLessThan(
        1e-5,
      );
    }
    await session.release();
  });

  test('the weights file gives the generator back in half precision, and from then on the same', () => {
    const kept = decodeGenerator(encodeGenerator(folded), 'file');
    expect(decodeGenerator(encodeGenerator(kept), 'file')).toEqual(kept);
    expect(kept).toMatchObject({ latentDimension: 6, ...form });
    for (const [index, { weight, bias }] of folded.parameters.entries()) {
      for (const [value, before] of [
        [kept.parameters[index]!.weight, weight],
        [kept.parameters[index]!.bias!, bias!],
      ] as const) {
        expect(value.shape).toEqual(before.shape);
        // 11 bits, and the least half.
        value.data.forEach((v, i) => {
          expect(Math.abs(v - before.data[i]!)).toBeLessThanOrEqual(Math.abs(v) * 2 ** -11 + 2 ** -25);
        });
      }
    }
  });

  test.each([
    ['without a description', encodeSafetensors({ a: float32([1], Float32Array.of(1)) })],
    [
      'that lacks layers',
      encodeSafetensors({}, { generator: JSON.stringify({ latentDimension: 6, ...form }) }),
    ],
  ])('a safetensors file %s is refused by name', (_, bytes) => {
    expect(() => decodeGenerator(bytes, 'some/file')).toThrow(UserError);
    expect(() => decodeGenerator(bytes, 'some/file')).toThrow(/^some\/file/);
  });

  test('the default architecture is not named in the file, and one that is not known is refused', () => {
    const described = (bytes: Uint8Array) => JSON.parse(decodeSafetensors(bytes, '').metadata.generator!);
    expect(described(encodeGenerator(folded))).toEqual({
      latentDimension: 6,
      imageShape: [1, 16, 16],
      outputRange: [0, 1],
      outputSmoothing: 1,
    });
    const other = { ...folded, architecture: 'transformer' as 'dcgan' };
    expect(() => decodeGenerator(encodeGenerator(other), 'file')).toThrow(
      /^file holds no generator of this project: its architecture "transformer" is none of dcgan/,
    );
  });

  test('layers that do not fit together are refused', () => {
    const [first, ...rest] = folded.parameters;
    const wrong = {
      ...folded,
      parameters: [{ ...first!, weight: float32([5, 128], new Float32Array(640)) }, ...rest],
    };
    expect(() => decodeGenerator(encodeGenerator(wrong), 'file')).toThrow(/shapes/);
  });
});
