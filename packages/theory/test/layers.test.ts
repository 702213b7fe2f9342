import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32, inner, median, norm, randomStream, scaled, times, UserError } from '@blind-demod/arrays';
import { writeArtifact } from '@blind-demod/artifacts';
import { affineLayers, encodeGenerator } from '@blind-demod/dcgan';
import { GENERATOR_KIND } from '@blind-demod/dcgan/node';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomGenerator } from '../../dcgan/test/random-generator.js';
import { randomUnit } from '../src/numerics/directions.js';
import { expectedProduct } from '../src/paper/gaussian-expectation.js';
import { linearLayers } from '../src/paper/generator-layers.js';
import { gaussianProduct, productAt, relativeDeviations } from '../src/paper/layer-deviation.js';
import { denseMap, gaussianMap, type LinearMap } from '../src/paper/linear-maps.js';
import { transposedConvolutionMap } from '../src/paper/transposed-convolution.js';
import { trainedWeights } from '../src/studies/trained-weights.js';

const stream = (...name: (string | number)[]) => randomStream(1, 'layers test', ...name);

describe('layers as linear maps', () => {
  test('are what the generator computes, bias included', async () => {
    const generator = randomGenerator();
    const shapes = [
      [2, 5],
      [2, 6, 4, 4],
      [2, 3, 8, 8],
    ];
    for (const [index, layer] of linearLayers(generator).entries()) {
      const input = float32(
        shapes[index]!,
        stream('input', index).normals(shapes[index]!.reduce((a, b) => a * b)),
      );
      const run = (given: { input: Tensor }) => affineLayers(generator)[index]!.apply(given.input);
      const program = await compile(run, { input }, { device: 'cpu' });
      const expected = (await program.run({ input })).data;
      await program.dispose();
      for (const row of [0, 1]) {
        const own = Float64Array.from(
          input.data.subarray(row * layer.map.columns, (row + 1) * layer.map.columns),
        );
        // The reference computes in float32: sums of up to 100 products of order one.
        layer.map.apply(own).forEach((value, i) => {
          expect(value + layer.bias[i]!).toBeCloseTo(expected[row * layer.map.rows + i]!, 4);
        });
      }
    }
  });

  const maps = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 5 }),
    fc.nat(1000),
  );
  const mapsOf = ([from, to, side, seed]: [number, number, number, number]): LinearMap[] => [
    transposedConvolutionMap({ from, to, side }, stream('filters', seed).normals(from * to * 16)),
    gaussianMap(3 * side, from + to, stream('dense', seed)),
    // More columns than are worth a square matrix.
    gaussianMap(4 * side, 70, stream('wide', seed)),
  ];

  test('have their transpose, their norm and their weighted products', () => {
    fc.assert(
      fc.property(maps, given => {
        for (const map of mapsOf(given)) {
          const [u, v] = [randomUnit(map.columns, stream('u')), randomUnit(map.rows, stream('v'))];
          expect(inner(map.apply(u), v)).toBeCloseTo(inner(u, map.applyTransposed(v)), 10);
          const columns = Array.from({ length: map.columns }, (_, i) => {
            return map.apply(Float64Array.from({ length: map.columns }, (__, k) => (i === k ? 1 : 0)));
          });
          expect(map.squaredNorm).toBeCloseTo(
            columns.reduce((sum, column) => sum + inner(column, column), 0),
            8,
          );
          const gains = v.map(value => Math.max(value, 0));
          const expected = map.applyTransposed(times(gains, map.apply(u)));
          map
            .weighted(gains)(u)
            .forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 10));
        }
      }),
      { numRuns: 20 },
    );
  });

  test('refuse weights of another shape', () => {
    expect(() => denseMap(2, 3, new Float64Array(5))).toThrow(TypeError);
    expect(() => transposedConvolutionMap({ from: 1, to: 1, side: 2 }, new Float64Array(15))).toThrow(
      TypeError,
    );
  });
});

describe('deviations at inputs', () => {
  test('are 0 of a layer that acts as expected up to a factor, and 1 of one that is orthogonal to it', () => {
    const pairs = [0, 1, 2].map(i => [randomUnit(6, stream('x', i)), randomUnit(6, stream('y', i))] as const);
    const expected = pairs.map(([x, y]) => expectedProduct(x, y, y));
    const proportional = expected.map(vector => ({ measured: scaled(vector, 7), expected: vector }));
    for (const deviation of relativeDeviations(proportional)) expect(deviation).toBeCloseTo(0, 7);
    const opposite = [
      { measured: Float64Array.of(0, 1), expected: Float64Array.of(1, 0) },
      { measured: Float64Array.of(0, 2), expected: Float64Array.of(3, 0) },
    ];
    for (const deviation of relativeDeviations(opposite)) expect(deviation).toBeCloseTo(1, 12);
  });

  test('of a Gaussian matrix are drawn without the matrix as they are with it', () => {
    const [rows, columns, draws] = [60, 12, 400];
    const [x, y] = [randomUnit(columns, stream('gx')), randomUnit(columns, stream('gy'))];
    const angle = Math.acos(inner(x, y));
    const withMatrix = Array.from({ length: draws }, (_, i) =>
      productAt(gaussianMap(rows, columns, stream('with', i)), [x, y]),
    );
    const without = Array.from({ length: draws }, (_, i) =>
      gaussianProduct(angle, { rows, columns }, stream('without', i)),
    );
    const lengths = (products: typeof without) => products.map(({ measured }) => norm(measured));
    const errors = (products: typeof without) =>
      products.map(({ measured, expected }) => norm(measured.map((v, i) => v - expected[i]!)));
    // Medians of 400 draws that spread by a fifth to a third: a deviation of 2 % each, and of the ratio 3 %.
    expect(Math.abs(median(lengths(without)) / median(lengths(withMatrix)) - 1)).toBeLessThan(0.1);
    expect(Math.abs(median(errors(without)) / median(errors(withMatrix)) - 1)).toBeLessThan(0.1);
  });
});

describe('trained-weights', () => {
  let folder = '';
  const settings = trainedWeights.schema.parse({ generators: '.', pairs: 2, starts: 2, steps: 3 });
  const context = { device: 'cpu', progress: () => {} } as const;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trained-weights-'));
    const files = { 'generator.safetensors': encodeGenerator(randomGenerator()) };
    for (const factor of ['signal', 'distortion']) {
      await writeArtifact(join(folder, factor), { kind: GENERATOR_KIND, settings: {}, seed: 1, files });
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('reports every layer of both generators', async () => {
    const { result, findings, pictures } = await trainedWeights.run(settings, { ...context, root: folder });
    const { layers } = result as {
      layers: { factor: string; inputs: number; outputs: number; epsilon: object | string }[];
    };
    expect(layers.map(({ factor, inputs, outputs }) => [factor, inputs, outputs])).toEqual(
      ['signal', 'distortion'].flatMap(factor => [
        [factor, 5, 96],
        [factor, 96, 192],
        [factor, 192, 256],
      ]),
    );
    expect(layers.map(({ epsilon }) => epsilon === 'too few rows')).toEqual([
      false,
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(findings).toHaveLength(6);
    // PNG
    expect([...pictures['trained-weights']!.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    const again = await trainedWeights.run(settings, { ...context, root: folder });
    expect(again.result).toEqual(result);
  });

  test('says what to do where there are no generators', async () => {
    await expect(
      trainedWeights.run(settings, { ...context, root: join(folder, 'elsewhere') }),
    ).rejects.toThrow(UserError);
    await expect(
      trainedWeights.run(settings, { ...context, root: join(folder, 'elsewhere') }),
    ).rejects.toThrow(/train the generators/);
  });
});
