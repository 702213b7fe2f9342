import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { mnist } from '../src/families/mnist.js';

test('mnist gives 10,000 digits in the grey levels of MNIST', async () => {
  const { pixels, labels } = await mnist.images({ source: 'mnist' }, { root: '/', seed: 1 });
  expect(pixels.shape).toEqual([10_000, 1, 28, 28]);
  const counts = Array.from({ length: 10 }, (_, digit) => labels.filter(label => label === digit).length);
  expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  const levels = new Set(pixels.data);
  expect(levels).toEqual(new Set(Array.from({ length: 256 }, (_, level) => Math.fround(level / 255))));
  // Mean and standard deviation of MNIST, as widely quoted for its 60,000.
  const mean = pixels.data.reduce((sum, value) => sum + value, 0) / pixels.data.length;
  expect(mean).toBeCloseTo(0.1307, 2);
  // No digit is there twice.
  const copies = new Set(
    Array.from(labels, (_, image) => hash(pixels.data.subarray(784 * image, 784 * (image + 1)))),
  );
  expect(copies.size).toBe(10_000);
});

const hash = (data: Float32Array) => createHash('sha256').update(data).digest('hex');
