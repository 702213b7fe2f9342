import { expect, test } from 'vitest';
import { benchmark } from '../src/benchmark.js';

test('counts the arithmetic of a DCGAN', async () => {
  const [maps, batch] = [2, 3];
  const rows = await benchmark({ maps, batch, repetitions: 1, device: 'cpu' });
  expect(rows.map(({ program }) => program)).toEqual([
    'matrix product 1024³',
    'training step',
    'Algorithm 1 iteration',
    'generator forward',
  ]);
  const operations = rows.map(({ gigaflops, milliseconds }) => gigaflops * milliseconds * 1e6);
  expect(operations[0]).toBeCloseTo(2 * 1024 ** 3, -2);

  // Terms of a generator's sums: the dense layer, then for each layer 16 filter taps at every pixel of its input.
  const widths = [8 * maps, 4 * maps, 2 * maps, maps, 1];
  const upsampling = widths
    .slice(1)
    .reduce((sum, to, i) => sum + (4 * 2 ** i) ** 2 * widths[i]! * to * 16, 0);
  const generator = (latent: number) => 2 * batch * (latent * widths[0]! * 16 + upsampling);
  expect(operations[3]).toBeCloseTo(generator(100), 0);
  // Five passes forward and two backward: G1 three and one of them, G2 two and one.
  expect(operations[2]).toBeCloseTo(4 * generator(100) + 3 * generator(50), 0);
  expect(rows[0]!.share).toBe(1);
});
