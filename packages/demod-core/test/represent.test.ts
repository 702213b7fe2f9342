import { type Float32NdArray, float32, takeRows } from '@blind-demod/arrays';
import { compile, constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type GenerativePrior, imagesOf, randomReluPrior } from '../src/prior.js';
import { representationError } from '../src/represent.js';
import { normals } from './fixtures.js';

const search = { starts: 2, iterations: 60, seed: 1, device: 'cpu' } as const;

/** G(z) = zA. */
const linearPrior = (matrix: Float32NdArray): GenerativePrior => ({
  latentDimension: matrix.shape[0]!,
  imageShape: matrix.shape.slice(1),
  forward: codes => [tf.matMul(codes as tf.Tensor2D, constant(matrix) as tf.Tensor2D)],
  backward: (_, cotangent) =>
    tf.matMul(cotangent as tf.Tensor2D, constant(matrix) as tf.Tensor2D, false, true),
});

async function imagesAt(prior: GenerativePrior, codes: Float32NdArray): Promise<Float32NdArray> {
  const program = await compile((input: Tensor) => imagesOf(prior.forward(input)), codes, { device: 'cpu' });
  const images = (await program.run(codes)) as Float32NdArray;
  await program.dispose();
  return images;
}

const rowsOf = ({ shape, data }: Float32NdArray) =>
  Array.from({ length: shape[0]! }, (_, row) => [
    ...data.subarray((row * data.length) / shape[0]!, ((row + 1) * data.length) / shape[0]!),
  ]);
const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
/** x without its part along each of some orthonormal vectors. */
const without = (x: number[], basis: number[][]) =>
  basis.reduce((rest, b) => rest.map((v, i) => v - dot(rest, b) * b[i]!), x);
const relative = (x: number[], y: number[]) => Math.sqrt(dot(x, x) / dot(y, y));

test('of a linear prior, it is the distance from the row space', async () => {
  const matrix = normals('matrix', 6, 40);
  const images = normals('images', 5, 40);
  const basis: number[][] = [];
  for (const row of rowsOf(matrix)) {
    const rest = without(row, basis);
    basis.push(rest.map(v => v / Math.sqrt(dot(rest, rest))));
  }
  const prior = linearPrior(matrix);
  const { errors, codes } = await representationError(prior, images, search);
  const reached = rowsOf(await imagesAt(prior, codes));
  for (const [i, image] of rowsOf(images).entries()) {
    expect(errors[i]).toBeCloseTo(relative(without(image, basis), image), 4);
    // The codes are those that have these errors.
    const residual = image.map((v, pixel) => v - reached[i]![pixel]!);
    expect(relative(residual, image)).toBeCloseTo(errors[i]!, 4);
  }
});

test('of images in the range it is nothing, of others something, whatever images are beside them', async () => {
  const prior = randomReluPrior({ widths: [5, 60, 200], seed: 1, name: 'represent' });
  const inside = await imagesAt(prior, normals('codes', 4, 5));
  const outside = normals('outside', 4, 200);
  const images = float32([8, 200], Float32Array.of(...inside.data, ...outside.data));
  const { errors } = await representationError(prior, images, search);
  for (const error of errors.subarray(0, 4)) expect(error).toBeLessThan(1e-3);
  for (const error of errors.subarray(4)) expect(error).toBeGreaterThan(0.5);
  const alone = await representationError(prior, takeRows(images, [6]), search);
  expect(alone.errors[0]).toBeCloseTo(errors[6]!, 4);
});

test('wants images of the shape of the prior', async () => {
  await expect(
    representationError(linearPrior(normals('matrix', 2, 3)), normals('images', 1, 4), search),
  ).rejects.toThrow(TypeError);
});
