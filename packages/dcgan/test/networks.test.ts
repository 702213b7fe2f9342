import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import type { ImageShape } from '../src/architectures/architecture.js';
import { hiddenMaps } from '../src/architectures/dcgan.js';
import { ARCHITECTURES, type ArchitectureName } from '../src/architectures/index.js';
import { channelMoments, downsample, leakyRelu, normalise, smooth, upsample } from '../src/layers.js';
import { networksOf } from '../src/networks.js';
import type { Parameters } from '../src/parameters.js';
import { networkSchema } from '../src/settings.js';

const random = () => randomStream(1, 'networks test');
const normals = (...shape: number[]) => float32(shape, random().normals(shape.reduce((a, b) => a * b, 1)));
const parameterCount = (parameters: Parameters<NdArray>) =>
  parameters.reduce(
    (sum, layer) => sum + Object.values(layer).reduce((n, array) => n + array.data.length, 0),
    0,
  );

describe('dcgan', () => {
  test('has the feature maps of DCGAN', () => {
    expect(hiddenMaps(64, 64)).toEqual([512, 256, 128, 64]);
    expect(hiddenMaps(8, 16)).toEqual([16, 8]);
    expect(hiddenMaps(64, 128)).toEqual([1024, 512, 256, 128, 64]);
  });

  test('has as many parameters as the DCGAN example of PyTorch', () => {
    const networks = networksOf(networkSchema(100).parse({}), [3, 64, 64]);
    // That example, for 64 × 64 colour images: 3,576,704 and 2,765,568; ours has biases beside, where there is no
    // batch normalisation: of the output layer (3), of the first discriminator layer (64) and of the verdict (1).
    expect(parameterCount(networks.initialGenerator(random()))).toBe(3_576_704 + 3);
    expect(parameterCount(networks.initialDiscriminator(1, random()))).toBe(2_765_568 + 64 + 1);
  });
});

describe.each(Object.keys(ARCHITECTURES) as ArchitectureName[])('architecture %s', architecture => {
  test.each([16, 32, 64, 128])('maps codes to images and images to numbers at %i pixels', async size => {
    const settings = networkSchema(5).parse({
      architecture,
      ...(architecture === 'dcgan' && { generatorMaps: 2, discriminatorMaps: 2 }),
      outputRange: [-2, 3],
      ...(size > 32 && { outputSmoothing: 2 }),
    });
    for (const channels of [1, 3]) {
      const shape: ImageShape = [channels, size, size];
      const networks = networksOf(settings, shape);
      const generator = networks.initialGenerator(random());
      const { fits } = ARCHITECTURES[architecture];
      expect(fits(generator, 5, shape)).toBe(true);
      expect(fits(generator, 6, shape)).toBe(false);
      expect(fits(generator, 5, [channels + 1, size, size])).toBe(false);
      expect(fits(generator, 5, [channels, size * 2, size * 2])).toBe(false);
      expect(fits(generator.slice(1), 5, shape)).toBe(false);

      const discriminator = networks.initialDiscriminator(7, random());
      const codes = normals(2, 5);
      const program = await compile(
        (input: { generator: Parameters<Tensor>; discriminator: Parameters<Tensor>; codes: Tensor }) => {
          const images = networks.generate(input.generator, input.codes);
          return { images, outputs: networks.discriminate(input.discriminator, images) };
        },
        { generator, discriminator, codes },
        { device: 'cpu' },
      );
      const { images, outputs } = await program.run({ generator, discriminator, codes });
      await program.dispose();
      expect(images.shape).toEqual([2, ...shape]);
      expect(Math.min(...images.data)).toBeGreaterThanOrEqual(-2);
      expect(Math.max(...images.data)).toBeLessThanOrEqual(3);
      expect(outputs.shape).toEqual([2, 7]);
    }
  });
});

describe('layers', () => {
  test('upsampling is the adjoint of downsampling', async () => {
    const input = { fine: normals(2, 3, 8, 8), coarse: normals(2, 5, 4, 4), weight: normals(5, 3, 4, 4) };
    const program = await compile(
      ({ fine, coarse, weight }: { fine: Tensor; coarse: Tensor; weight: Tensor }) => ({
        down: tf.sum(tf.mul(downsample(fine, weight), coarse)),
        up: tf.sum(tf.mul(fine, upsample(coarse, weight))),
      }),
      input,
      { device: 'cpu' },
    );
    const { down, up } = await program.run(input);
    // Sums of 7680 products of order one, each rounded to 6e-8 of its size: 1e-4 leaves an order of magnitude.
    expect(down.data[0]! - up.data[0]!).toBeCloseTo(0, 3);
    expect(Math.abs(down.data[0]!)).toBeGreaterThan(0.1);
  });

  test('downsampling is a correlation with stride 2 over an image with one pixel of border', async () => {
    const [image, weight] = [normals(1, 2, 4, 4), normals(3, 2, 4, 4)];
    const program = await compile(
      (input: { image: Tensor; weight: Tensor }) => downsample(input.image, input.weight),
      { image, weight },
      { device: 'cpu' },
    );
    const { shape, data } = await program.run({ image, weight });
    expect(shape).toEqual([1, 3, 2, 2]);
    const at = (channel: number, row: number, column: number) =>
      row < 0 || row > 3 || column < 0 || column > 3 ? 0 : image.data[channel * 16 + row * 4 + column]!;
    for (let index = 0; index < 12; index++) {
      const [out, row, column] = [Math.floor(index / 4), Math.floor(index / 2) % 2, index % 2];
      let sum = 0;
      for (let k = 0; k < 32; k++) {
        const [channel, v, u] = [Math.floor(k / 16), Math.floor(k / 4) % 4, k % 4];
        sum += weight.data[out * 32 + k]! * at(channel, 2 * row + v - 1, 2 * column + u - 1);
      }
      expect(data[index]).toBeCloseTo(sum, 4);
    }
  });

  test.each(inject('devices'))('smoothing is a mean over the neighbours that there are: %s', async device => {
    const sigma = 0.7;
    const [image, other] = [normals(2, 3, 4, 6), random().normals(144)];
    const program = await compile(
      (input: { image: Tensor; dy: Tensor }) => ({
        smoothed: smooth(input.image, sigma),
        gradient: tf.grad(image => smooth(image, sigma))(input.image, input.dy),
        grey: smooth(tf.onesLike(input.image), sigma),
      }),
      { image, dy: float32(image.shape, other) },
      { device },
    );
    const { smoothed, gradient, grey } = await program.run({ image, dy: float32(image.shape, other) });
    await program.dispose();
    // Sums of a few numbers of order one in float32.
    for (let at = 0; at < 144; at++) {
      const [plane, row, column] = [Math.floor(at / 24), Math.floor(at / 6) % 4, at % 6];
      let [sum, weights] = [0, 0];
      for (let v = 0; v < 4; v++) {
        for (let u = 0; u < 6; u++) {
          const [down, across] = [v - row, u - column];
          if (Math.max(Math.abs(down), Math.abs(across)) > 3) continue; // 3σ, rounded up
          const weight = Math.exp(-(down ** 2 + across ** 2) / (2 * sigma ** 2));
          sum += weight * image.data[plane * 24 + v * 6 + u]!;
          weights += weight;
        }
      }
      expect(smoothed.data[at]).toBeCloseTo(sum / weights, 5);
      expect(grey.data[at]).toBeCloseTo(1, 6);
    }
    // A linear map's gradient is its adjoint.
    const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, value, at) => sum + value * b[at]!, 0);
    expect(product(smoothed.data, other)).toBeCloseTo(product(image.data, gradient.data), 3);
  });

  test('batch normalisation gives each channel the mean of its bias and the deviation of its scale', async () => {
    const image = float32(
      [8, 2, 4, 4],
      normals(8, 2, 4, 4).data.map(value => 3 + 5 * value),
    );
    const layer = {
      weight: normals(1),
      scale: float32([2], Float32Array.of(2, 0.5)),
      bias: float32([2], Float32Array.of(-1, 4)),
    };
    const program = await compile(
      (input: { image: Tensor; layer: { weight: Tensor; scale: Tensor; bias: Tensor } }) =>
        channelMoments(normalise(input.image, input.layer)),
      { image, layer },
      { device: 'cpu' },
    );
    const { mean, variance } = await program.run({ image, layer });
    expect(mean.data[0]).toBeCloseTo(-1, 4);
    expect(mean.data[1]).toBeCloseTo(4, 4);
    expect(variance.data[0]).toBeCloseTo(4, 3);
    expect(variance.data[1]).toBeCloseTo(0.25, 4);
  });
});

test.each(['cpu', 'js'] as const)(
  'the leaky rectifier and its gradient are those of TensorFlow.js, bit for bit: %s',
  async device => {
    const input = { x: float32([6], Float32Array.of(-3, -0, 0, 1e-38, 2, 0.7)), dy: normals(6) };
    const both = (rectify: (x: Tensor) => Tensor) => (given: { x: Tensor; dy: Tensor }) => ({
      value: rectify(given.x),
      gradient: tf.grad(rectify)(given.x, given.dy),
    });
    const run = async (rectify: (x: Tensor) => Tensor) => {
      const program = await compile(both(rectify), input, { device });
      const result = await program.run(input);
      await program.dispose();
      return result;
    };
    expect(await run(x => leakyRelu(x, 0.2))).toEqual(await run(x => tf.leakyRelu(x, 0.2)));
  },
);
