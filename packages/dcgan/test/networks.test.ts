import { float32, type NdArray, randomStream } from '@blind-demod/arrays';
import { resizeImages } from '@blind-demod/distortion-data';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import type { ImageShape } from '../src/architectures/architecture.js';
import { hiddenMaps } from '../src/architectures/discriminator.js';
import { ARCHITECTURES, type ArchitectureName } from '../src/architectures/index.js';
import {
  channelMoments,
  convolve,
  downsample,
  leakyRelu,
  normalisation,
  normalise,
  repeatPixels,
  resizeBilinear,
  smooth,
  upsample,
} from '../src/layers.js';
import { drawnShape, formOf, networksOf } from '../src/networks.js';
import { verdicts } from '../src/objectives/verdicts.js';
import type { Parameters } from '../src/parameters.js';
import { networkSchema } from '../src/settings.js';
import { smallNetwork } from './small-networks.js';

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
  test.each([{ size: 16 }, { size: 32 }, { size: 64, drawnSize: 28 }, { size: 128 }])(
    'maps codes to images and images to numbers at %o pixels',
    async ({ size, ...drawn }) => {
      const settings = smallNetwork(architecture, {
        latentDimension: 5,
        outputRange: architecture === 'expansive-relu' ? [0, 3] : [-2, 3],
        ...(size > 32 && { outputSmoothing: 2 }),
        ...drawn,
      });
      for (const channels of [1, 3]) {
        const shape: ImageShape = [channels, size, size];
        const networks = networksOf(settings, shape);
        const generator = networks.initialGenerator(random());
        const { fits } = ARCHITECTURES[architecture];
        const [, side] = drawnShape(formOf(settings, shape));
        expect(fits(generator, 5, [channels, side, side])).toBe(true);
        expect(fits(generator, 6, [channels, side, side])).toBe(false);
        expect(fits(generator, 5, [channels + 1, side, side])).toBe(false);
        // Weights of functions of the place draw every size.
        const isOfPlace = architecture === 'coordinate' || architecture === 'polynomial';
        expect(fits(generator, 5, [channels, side * 2, side * 2])).toBe(isOfPlace);
        expect(fits(generator.slice(1), 5, [channels, side, side])).toBe(false);

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
        const [low, high] = settings.outputRange;
        expect(Math.min(...images.data)).toBeGreaterThanOrEqual(low);
        // A rectifier has no upper bound.
        if (architecture !== 'expansive-relu') expect(Math.max(...images.data)).toBeLessThanOrEqual(high);
        expect(new Set(images.data).size).toBeGreaterThan(100);
        expect(outputs.shape).toEqual([2, 7]);
      }
    },
  );
});

test('the network of the theory is positively homogeneous: G(c·z) = c·G(z) for c > 0', async () => {
  const networks = networksOf(smallNetwork('expansive-relu', { latentDimension: 5 }), [1, 16, 16]);
  const given = { generator: networks.initialGenerator(random()), codes: normals(2, 5) };
  expect(given.generator.every(layer => layer.bias === undefined)).toBe(true);
  const program = await compile(
    (input: { generator: Parameters<Tensor>; codes: Tensor }) => ({
      one: networks.generate(input.generator, input.codes),
      three: networks.generate(input.generator, tf.mul(input.codes, 3)),
    }),
    given,
    { device: 'cpu' },
  );
  const { one, three } = await program.run(given);
  await program.dispose();
  one.data.forEach((value, at) => expect(three.data[at]).toBeCloseTo(3 * value, 4));
  expect(Math.max(...one.data)).toBeGreaterThan(0.1);
});

describe('layers', () => {
  test('an image is enlarged as the data are', async () => {
    const image = float32([3, 2, 28, 28], random().uniforms(3 * 2 * 28 ** 2));
    const program = await compile((input: Tensor) => resizeBilinear(input, 64), image, { device: 'cpu' });
    const { shape, data } = await program.run(image);
    await program.dispose();
    const expected = await resizeImages(image, 64);
    expect(shape).toEqual(expected.shape);
    // What the data's resizing is accurate to.
    data.forEach((value, at) => expect(Math.abs(value - expected.data[at]!)).toBeLessThan(2e-5));
  });

  test('a convolution sums over an image with a border, of repeated pixels', async () => {
    const given = { image: normals(1, 2, 3, 3), weight: normals(2, 3, 3, 3) };
    const program = await compile(
      (input: { image: Tensor; weight: Tensor }) => convolve(repeatPixels(input.image), input.weight),
      given,
      { device: 'cpu' },
    );
    const { shape, data } = await program.run(given);
    await program.dispose();
    expect(shape).toEqual([1, 3, 6, 6]);
    const at = (channel: number, row: number, column: number) =>
      row < 0 || row > 5 || column < 0 || column > 5
        ? 0
        : given.image.data[channel * 9 + Math.floor(row / 2) * 3 + Math.floor(column / 2)]!;
    for (let index = 0; index < 108; index++) {
      const [out, row, column] = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6];
      let sum = 0;
      for (let k = 0; k < 18; k++) {
        const [channel, v, u] = [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3];
        sum +=
          given.weight.data[((channel * 3 + out) * 3 + v) * 3 + u]! *
          at(channel, row + v - 1, column + u - 1);
      }
      expect(data[index]).toBeCloseTo(sum, 4);
    }
  });

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

test.each([1, 2])(
  'the gradient of batch normalisation is that of its operators one by one: batches: %i',
  async batches => {
    const input = {
      image: normals(6, 3, 4, 4),
      scale: normals(3),
      bias: normals(3),
      dy: normals(6, 3, 4, 4),
    };
    type Given = Record<keyof typeof input, Tensor>;
    /** Of each batch by itself, by operators. */
    const oneByOne = (image: Tensor, scale: Tensor, bias: Tensor) =>
      tf.concat(
        (batches === 1 ? [image] : tf.split(image, batches)).map(batch => {
          const { factor, offset } = normalisation(channelMoments(batch), { scale, bias });
          return tf.add(tf.mul(batch, factor), offset);
        }),
      );
    const atOnce = (image: Tensor, scale: Tensor, bias: Tensor) =>
      normalise(image, { weight: image, scale, bias }, batches);
    const results = ({ image, scale, bias, dy }: Given) =>
      [atOnce, oneByOne].map(fn => [
        fn(image, scale, bias),
        ...tf.grads((...of: Tensor[]) => fn(...(of as [Tensor, Tensor, Tensor])))([image, scale, bias], dy),
      ]);
    const program = await compile(results, input, { device: 'js' });
    const [got, expected] = (await program.run(input)) as unknown as NdArray[][];
    // Numbers of sums of size ten in another order.
    for (const [i, array] of expected!.entries())
      for (const [j, number] of array.data.entries()) expect(got![i]!.data[j]).toBeCloseTo(number, 4);
  },
);

test('a discriminator judges two batches at once as it judges each by itself', async () => {
  const networks = networksOf(smallNetwork('dcgan'), [1, 16, 16]);
  const input = {
    discriminator: networks.initialDiscriminator(1, random()),
    real: normals(4, 1, 16, 16),
    // Far from the others: normalised together, all verdicts would be otherwise.
    fake: float32(
      [4, 1, 16, 16],
      normals(4, 1, 16, 16).data.map(value => 3 - 5 * value * value),
    ),
  };
  type Given = { discriminator: Parameters<Tensor>; real: Tensor; fake: Tensor };
  const program = await compile(
    ({ discriminator, real, fake }: Given) => ({
      together: verdicts(networks.discriminate, discriminator, { real, fake }),
      apart: {
        real: networks.discriminate(discriminator, real),
        fake: networks.discriminate(discriminator, fake),
        mixed: networks.discriminate(discriminator, tf.concat([real, fake])),
      },
    }),
    input,
    { device: 'js' },
  );
  const { together, apart } = await program.run(input);
  const numbers = [...together.real.data, ...together.fake.data];
  // Sums in another order change the last bits.
  for (const [i, number] of [...apart.real.data, ...apart.fake.data].entries())
    expect(numbers[i]).toBeCloseTo(number, 5);
  const furthest = Math.max(...[...apart.mixed.data].map((number, i) => Math.abs(number - numbers[i]!)));
  expect(furthest).toBeGreaterThan(0.01);
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
