import type { NdArray } from '@blind-demod/arrays';
import { compile, countOperations, isNdArray, leaves, type Tree } from '@blind-demod/jit';
import { expect, inject, test } from 'vitest';
import { benchmark } from '../src/benchmark.js';
import { startWorker } from '../src/process.js';
import { makeProgram, type ProgramName, WASM_PROGRAMS } from '../src/programs.js';
import { wasmProgram } from '../src/wasm.js';

test('counts the arithmetic of a DCGAN', () => {
  const [maps, batch] = [2, 3];
  const operations = (name: ProgramName) => {
    const { fn, input } = makeProgram(name, { maps, batch });
    return countOperations(fn, input);
  };
  expect(operations('matrix product 1536³')).toBe(2 * 1536 ** 3);

  // Terms of a generator's sums: the dense layer, then for each layer 16 filter taps at every pixel of its input.
  const widths = [8 * maps, 4 * maps, 2 * maps, maps, 1];
  const upsampling = widths
    .slice(1)
    .reduce((sum, to, i) => sum + (4 * 2 ** i) ** 2 * widths[i]! * to * 16, 0);
  const generator = (latent: number) => 2 * batch * (latent * widths[0]! * 16 + upsampling);
  expect(operations('generator forward')).toBe(generator(100));
  // Five passes forward and two backward: G1 three and one of them, G2 two and one.
  expect(operations('Algorithm 1 iteration')).toBe(4 * generator(100) + 3 * generator(50));
});

test.each(WASM_PROGRAMS)('%s is the same on wasm, with its axes in another order', async name => {
  const size = { maps: 2, batch: 3 };
  const { fn, input } = makeProgram(name, size);
  const program = await compile(fn, input, { device: 'cpu' });
  const expected = leaves((await program.run(input)) as Tree<NdArray>, isNdArray).map(([, { data }]) => data);
  await program.dispose();
  const results = await (await wasmProgram(name, size))();
  expect(results.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  for (const [index, values] of results.entries()) {
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[index]![i]!, 4);
    });
  }
});

test.runIf(inject('devices').includes('webgpu'))(
  'on webgpu the state and the inputs stay there',
  async () => {
    for (const program of ['training step', 'generator forward'] as const) {
      const { run, finish } = await startWorker({ engine: 'webgpu', program, maps: 2, batch: 2 });
      expect(await run()).toBeGreaterThan(0);
      expect((await finish()).operations).toBeGreaterThan(0);
    }
  },
);

test('says that a device does not work', async () => {
  const sizes = [{ maps: 2, batch: 2 }];
  await expect(benchmark({ sizes, repetitions: 1, device: 'cuda' })).rejects.toThrow(
    /device "cuda": (no NVIDIA driver|not installed)/,
  );
});
