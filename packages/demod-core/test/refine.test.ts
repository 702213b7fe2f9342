import { type Float32NdArray, float32, randomStream } from '@blind-demod/arrays';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noiseLevels } from '../src/noise.js';
import { refine } from '../src/refine.js';
import { PAPER_SOLVER } from '../src/settings.js';

const SHAPE = [2, 1, 32, 32];
const random = randomStream(1, 'refine');
const signal = float32(SHAPE, random.uniforms(2048));
const times = (a: Float32NdArray, b: Float32NdArray) =>
  float32(
    a.shape,
    a.data.map((value, i) => value * b.data[i]!),
  );

/** exp(−r²/200) about a point of its own for each image. */
const bumps = float32(
  SHAPE,
  Float32Array.from({ length: 2048 }, (_, i) => {
    const [row, column] = [Math.floor(i / 32) % 32, i % 32];
    return Math.exp(-((row - 14) ** 2 + (column - (i < 1024 ? 14 : 18)) ** 2) / 200);
  }),
);

describe('refinement', () => {
  test('with the true distortion and no smoothing gives the signal back', () => {
    const observation = times(signal, bumps);
    // No image of noise: the estimate of σ must not count.
    const settings = { smoothing: 0, regularisation: 1e-9, detail: 1e6 };
    const refined = refine({ observation, signal, distortion: bumps }, settings);
    refined.signal.data.forEach((value, i) => expect(value).toBeCloseTo(signal.data[i]!, 5));
  });

  test('minimises (y − w·x)² + λ·(w − ŵ)² at each pixel, within [0, 1]', () => {
    const value = fc.float({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        value,
        value,
        value,
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (y, x, guess, lambda) => {
          const one = (pixel: number) => float32([1, 1, 1, 1], Float32Array.of(pixel));
          const w = refine(
            { observation: one(y), signal: one(guess), distortion: one(x) },
            { smoothing: 0, regularisation: lambda, detail: 1 },
          ).signal.data[0]!;
          const cost = (candidate: number) => (y - candidate * x) ** 2 + lambda * (candidate - guess) ** 2;
          for (const other of [w - 0.01, w + 0.01])
            if (other >= 0 && other <= 1) expect(cost(w)).toBeLessThanOrEqual(cost(other) + 1e-7);
          expect(w).toBeGreaterThanOrEqual(0);
          expect(w).toBeLessThanOrEqual(1);
        },
      ),
      { seed: 1 },
    );
  });

  test('keeps the shape of a bump that it smooths, and takes a checkerboard off it', () => {
    const checkered = float32(
      SHAPE,
      bumps.data.map((value, i) => value * ((i + Math.floor(i / 32)) % 2 === 0 ? 1.05 : 1 / 1.05)),
    );
    const { distortion } = refine(
      { observation: bumps, signal, distortion: checkered },
      { smoothing: 2, regularisation: 1, detail: 1 },
    );
    // Away from the border, where the edge repeats. A quadratic plus a constant: the ratio is the same everywhere.
    const inside = [...distortion.data.keys()].filter(i =>
      [Math.floor(i / 32) % 32, i % 32].every(place => place >= 6 && place < 26),
    );
    const ratios = inside.map(i => distortion.data[i]! / bumps.data[i]!);
    expect(Math.max(...ratios) / Math.min(...ratios)).toBeLessThan(1.001);
  });

  test('takes the generator’s word where a pixel is missing', () => {
    const observed = float32(
      SHAPE,
      signal.data.map((_, i) => i % 2),
    );
    const guess = float32(
      SHAPE,
      signal.data.map(value => 1 - value),
    );
    const refined = refine(
      { observation: times(times(signal, bumps), observed), observed, signal: guess, distortion: bumps },
      { smoothing: 0, regularisation: 1e-9, detail: 1e6 },
    );
    refined.signal.data.forEach((value, i) =>
      expect(value).toBeCloseTo(i % 2 === 1 ? signal.data[i]! : 1 - signal.data[i]!, 4),
    );
  });
});

test.each([0.5, 0, 1])(
  'weighs a noisy pixel against ŵ = %s by what the generator gets wrong there',
  guess => {
    const noise = randomStream(4, 'noise').normals(4096);
    const shape = [1, 1, 64, 64];
    const all = (value: number) => float32(shape, new Float32Array(4096).fill(value));
    const observation = float32(
      shape,
      noise.map(value => 0.5 + 0.05 * value),
    );
    const { signal } = refine(
      { observation, signal: all(guess), distortion: all(0.8) },
      { smoothing: 0, regularisation: 0.01, detail: 0.3 },
    );
    const [sigma] = noiseLevels(observation);
    const spread = 0.3 * Math.sqrt(guess * (1 - guess) + 1 / 400);
    const lambda = 0.01 + (sigma! / spread) ** 2;
    observation.data.forEach((y, i) =>
      expect(signal.data[i]).toBeCloseTo((0.8 * y + lambda * guess) / (0.64 + lambda), 5),
    );
  },
);

describe('the noise of a picture', () => {
  test('is what was added to a smooth one with edges', () => {
    for (const level of [0, 0.01, 0.1]) {
      const noise = randomStream(2, 'noise').normals(4096);
      const picture = float32(
        [1, 1, 64, 64],
        noise.map((value, i) => (i % 64 > 20 && i % 64 < 30 ? 1 : 0.3) + level * value),
      );
      // A median of 1024 numbers: its standard error is 4 %.
      expect(Math.abs(noiseLevels(picture)[0]! - level)).toBeLessThanOrEqual(0.12 * level + 1e-6);
    }
  });

  test('is told from the observed pixels alone', () => {
    const noise = randomStream(3, 'noise').normals(4096);
    const observed = float32(
      [1, 1, 64, 64],
      Float32Array.from(noise, (_, i) => (i % 7 === 0 ? 0 : 1)),
    );
    const picture = float32(
      [1, 1, 64, 64],
      noise.map((value, i) => (observed.data[i] === 0 ? 9 : 0.05 * value)),
    );
    expect(noiseLevels(picture, observed)[0]!).toBeCloseTo(0.05, 2);
  });
});

describe('a denoised signal', () => {
  const side = 16;
  const image = (value: (x: number, y: number) => number) =>
    float32(
      [1, 1, side, side],
      Float32Array.from({ length: side ** 2 }, (_, i) => value(i % side, Math.floor(i / side))),
    );
  const truth = image((x, y) => (Math.hypot(x - 8, y - 8) < 5 ? 0.9 : 0.1));
  const half = image(() => 0.5);
  const refined = (signal: Float32NdArray, observed = image(() => 1)) =>
    refine(
      {
        ...{ observation: times(truth, half), observed, signal: half, distortion: half },
        denoised: { signal, deviation: image(() => 0.02) },
      },
      { ...PAPER_SOLVER.refinement, smoothing: 0 },
    );

  test('stands as it is where it explains the picture, with its deviation', () => {
    // Off by a hundredth of each pixel: half of what may be left unexplained.
    const near = image((x, y) => truth.data[y * side + x]! * 1.01);
    expect(refined(near).signal).toEqual(near);
    expect(refined(near).signalDeviation.data[0]).toBeCloseTo(0.7 * 0.02, 6);
  });

  test('gives way to the division where it leaves more unexplained, but for missing pixels', () => {
    const blurred = image((x, y) => (Math.hypot(x - 8, y - 8) < 6 ? 0.8 : 0.1));
    const { signal } = refined(
      blurred,
      image((x, y) => (x === 8 && y === 8 ? 0 : 1)),
    );
    signal.data.forEach((value, i) => {
      const isMissing = i === 8 * side + 8;
      // What is left of the denoised is (rounding / detail)² of it.
      expect(value).toBeCloseTo(isMissing ? 0.8 : truth.data[i]!, 2);
    });
  });
});
