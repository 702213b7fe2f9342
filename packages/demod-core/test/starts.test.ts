import { float32, median } from '@blind-demod/arrays';
import { compile } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type GenerativePrior, imagesOf } from '../src/prior.js';
import { chooseStarts, drawnStarts, type Encoder, randomStarts } from '../src/starts.js';
import { plant, randomPriors } from './fixtures.js';

const priors = randomPriors(3, [4, 20, 80]);
const both = [priors.signal, priors.distortion] as const;

async function imagesAt(prior: GenerativePrior, codes: ReturnType<typeof float32>) {
  const program = await compile((input: Tensor) => imagesOf(prior.forward(input)), codes, { device: 'cpu' });
  const images = await program.run(codes);
  await program.dispose();
  return images.data as Float32Array;
}

/** ‖w ⊙ x − y‖² of the starts, row by row, over the observed entries. */
async function distances(
  starts: Awaited<ReturnType<typeof drawnStarts>>,
  observation: Float32Array,
  restarts: number,
  observed?: Float32Array,
) {
  const [w, x] = [
    await imagesAt(priors.signal, starts.signal),
    await imagesAt(priors.distortion, starts.distortion),
  ];
  return Array.from({ length: starts.signal.shape[0]! }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < 80; i++) {
      const y = 80 * Math.floor(row / restarts) + i;
      if (observed?.[y] !== 0) sum += (w[80 * row + i]! * x[80 * row + i]! - observation[y]!) ** 2;
    }
    return sum;
  });
}

describe('drawn starts', () => {
  const options = { draws: 6, restarts: 3, seed: 1, device: 'cpu' } as const;

  // More than are drawn at a time, and no multiple of that.
  test.each([6, 40])('of %i are the pairs nearest to the observation, no code twice', async draws => {
    const { observation } = await plant(priors, 4);
    const starts = await drawnStarts(both, { observation }, { ...options, draws });
    const found = await distances(starts, observation.data, 3);
    // All pairs, from as many starts as there are draws: each code is in one of them.
    const all = await drawnStarts(both, { observation }, { ...options, draws, restarts: draws });
    const everyCode = (codes: typeof all.signal) =>
      [...Array(draws).keys()].map(row => codes.data.slice(4 * row, 4 * row + 4));
    const [h, m] = [everyCode(all.signal), everyCode(all.distortion)];
    const pairs = h.flatMap(a => m.map(b => [a, b] as const));
    const grid = {
      signal: float32([draws ** 2, 4], Float32Array.from(pairs.flatMap(([a]) => [...a]))),
      distortion: float32([draws ** 2, 4], Float32Array.from(pairs.flatMap(([, b]) => [...b]))),
    };
    const least = Math.min(...(await distances(grid, observation.data, draws ** 2)));
    expect(found[0]! / least).toBeCloseTo(1, 3);
    expect(found.slice(0, 3)).toEqual(found.slice(0, 3).toSorted((a, b) => a - b));
    for (const codes of [starts.signal, starts.distortion]) {
      const firsts = [0, 1, 2].map(row => codes.data[4 * row]);
      expect(new Set(firsts).size).toBe(3);
    }
  });

  test('are those of the observed pixels', async () => {
    const { observation } = await plant(priors, 2);
    const observed = float32(
      [2, 80],
      observation.data.map((_, i) => (i % 4 === 0 ? 0 : 1)),
    );
    const spoilt = float32(
      [2, 80],
      observation.data.map((value, i) => (i % 4 === 0 ? 50 : value)),
    );
    const clean = await drawnStarts(both, { observation, observed }, options);
    const dirty = await drawnStarts(both, { observation: spoilt, observed }, options);
    expect(dirty.signal.data).toEqual(clean.signal.data);
    expect(dirty.distortion.data).toEqual(clean.distortion.data);
  });
});

test('random starts do not depend on what else is solved', () => {
  const together = randomStarts(both, { count: 5, first: 0, restarts: 2, seed: 4 });
  const apart = randomStarts(both, { count: 2, first: 3, restarts: 2, seed: 4 });
  expect(apart.signal.data).toEqual(together.signal.data.slice(24));
  expect(apart.distortion.data).toEqual(together.distortion.data.slice(24));
});

describe('learned starts', () => {
  /** Says the first numbers of an observation. */
  const encoder: Encoder = {
    encode: ({ observation }) => ({
      signal: tf.slice(observation, [0, 0], [observation.shape[0]!, 4]),
      distortion: tf.slice(observation, [0, 4], [observation.shape[0]!, 4]),
    }),
  };
  const observation = float32(
    [4, 80],
    Float32Array.from({ length: 320 }, (_, i) => Math.sin(i)),
  );
  const settings = { starts: 'learned', restarts: 3 } as const;
  const options = { settings, seed: 1, device: 'cpu', encoder } as const;
  const codeOf = ({ data }: { data: Float32Array }, row: number) => [...data.subarray(4 * row, 4 * row + 4)];

  test('are the answer of the encoder, and others around it', async () => {
    const starts = await chooseStarts(both, { observation }, options);
    expect([starts.signal.shape, starts.distortion.shape]).toEqual([
      [12, 4],
      [12, 4],
    ]);
    for (let row = 0; row < 4; row++) {
      const answer = [...observation.data.subarray(80 * row, 80 * row + 8)];
      expect([...codeOf(starts.signal, 3 * row), ...codeOf(starts.distortion, 3 * row)]).toEqual(answer);
      for (const other of [1, 2]) {
        expect(codeOf(starts.signal, 3 * row + other)).not.toEqual(codeOf(starts.signal, 3 * row));
        expect(codeOf(starts.distortion, 3 * row + other)).not.toEqual(codeOf(starts.distortion, 3 * row));
      }
    }
    expect(await chooseStarts(both, { observation }, options)).toEqual(starts);
  });

  test('of an observation depend on its number, not on the batch', async () => {
    const starts = await chooseStarts(both, { observation }, options);
    const last = float32([1, 80], observation.data.slice(240));
    const alone = await chooseStarts(both, { observation: last }, { ...options, first: 3 });
    for (const start of [0, 1, 2]) {
      expect(codeOf(alone.signal, start)).toEqual(codeOf(starts.signal, 9 + start));
    }
  });

  test('of a group have the median of its answers for the distortion, and each its own signal', async () => {
    const of = { ...settings, restarts: 1 };
    const { signal, distortion } = await chooseStarts(
      both,
      { observation },
      { ...options, settings: of, group: 4 },
    );
    for (let i = 0; i < 4; i++) {
      const answers = [0, 1, 2, 3].map(row => observation.data[80 * row + 4 + i]!);
      const expected = Math.fround(median(answers));
      for (let row = 0; row < 4; row++) expect(distortion.data[4 * row + i]).toBe(expected);
    }
    expect(codeOf(signal, 2)).toEqual([...observation.data.subarray(160, 164)]);
  });

  test('need an encoder', () => {
    const without = { ...options, encoder: undefined };
    expect(() => chooseStarts(both, { observation }, without)).toThrow('expected an encoder');
  });
});
