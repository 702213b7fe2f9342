import { atBestScale, float32, quantile, randomStream, rowOf } from '@blind-demod/arrays';
import { generatorPrior } from '@blind-demod/dcgan';
import { expect, test } from 'vitest';
import { randomGenerator } from '../../dcgan/test/random-generator.js';
import { distortionDeviation } from '../src/doubt.js';
import { ROBUST_SOLVER } from '../src/settings.js';
import { solve } from '../src/solve.js';
import { normals, plant, settings } from './fixtures.js';

const signal = generatorPrior(randomGenerator());
const distortion = signal;
const priors = [signal, distortion] as const;
const [, height, width] = signal.imageShape as [number, number, number];
const [pixels, numbers] = [height * width, signal.latentDimension];
const planted = await plant({ signal, distortion }, 1);
const starts = { signal: normals('signal', 1, numbers), distortion: normals('distortion', 1, numbers) };
const solver = settings({ iterations: 1, stepSize: 1e-6, polish: 60, robustness: 10 });

/** `draws` pictures of one pair, each with its own noise, and what is found of each from the truth. */
async function found(draws: number, sigma: number, group = 1) {
  const all = Array.from({ length: draws }, (_, draw) => randomStream(1, 'doubt', draw).normals(pixels));
  const observation = float32(
    [draws, 1, height, width],
    Float32Array.from(
      all.flatMap(noise => [...noise].map((value, i) => planted.observation.data[i]! + sigma * value)),
    ),
  );
  const repeated = (code: typeof starts.signal) =>
    float32(
      [draws, numbers],
      Float32Array.from({ length: numbers * draws }, (_, i) => code.data[i % numbers]!),
    );
  const options = { settings: { ...solver, together: 60 }, seed: 1, device: 'cpu', group } as const;
  const recovery = await solve(signal, distortion, observation, {
    ...options,
    starts: { signal: repeated(starts.signal), distortion: repeated(starts.distortion) },
  });
  return {
    observation,
    recovery,
    deviation: await distortionDeviation(priors, { observation }, recovery, options),
  };
}

/** The standard deviation of the distortions from draw to draw, each at the norm of the true one; and the mean that is told. */
function sizes({ recovery, deviation }: Awaited<ReturnType<typeof found>>) {
  const draws = recovery.distortion.shape[0]!;
  const truth = rowOf(planted.distortion, 0);
  const squares = Array.from({ length: draws }, (_, draw) => {
    const x = rowOf(recovery.distortion, draw);
    const scaled = atBestScale(x, truth);
    return truth.reduce((sum, value, i) => sum + (value - scaled[i]!) ** 2, 0);
  });
  const told = Array.from({ length: draws }, (_, draw) =>
    rowOf(deviation, draw).reduce((sum, value) => sum + value ** 2, 0),
  );
  return { error: Math.sqrt(quantile(squares, 0.5)), told: Math.sqrt(quantile(told, 0.5)) };
}

test('the deviation that is told is about how far the distortion is from the truth, and in proportion to the noise', async () => {
  const [little, more] = [sizes(await found(24, 0.002)), sizes(await found(24, 0.02))];
  for (const { error, told } of [little, more]) {
    // A deviation is told 1.8 times the posterior's; 24 draws of three numbers tell a size to a fifth or so.
    expect(told / error).toBeGreaterThan(1);
    expect(told / error).toBeLessThan(3.5);
  }
  expect(more.told / little.told).toBeGreaterThan(8);
  expect(more.told / little.told).toBeLessThan(12);
});

test('sixteen pictures of one distortion leave it a quarter of the doubt', async () => {
  const [alone, together] = [sizes(await found(16, 0.01)), sizes(await found(16, 0.01, 16))];
  expect(alone.told / together.told).toBeGreaterThan(3);
  expect(alone.told / together.told).toBeLessThan(5.5);
});

test('starts that differ add to it', async () => {
  const { observation, recovery, deviation } = await found(1, 0.01);
  const spread = float32(
    recovery.spread.shape,
    recovery.spread.data.map(() => 0.1),
  );
  const options = { settings: ROBUST_SOLVER, device: 'cpu' } as const;
  const [without, more] = [
    await distortionDeviation(priors, { observation }, recovery, options),
    await distortionDeviation(priors, { observation }, { ...recovery, spread }, options),
  ];
  more.data.forEach((value, i) => expect(value).toBeCloseTo(Math.hypot(0.18, without.data[i]!), 5));
  expect(deviation.shape).toEqual(recovery.distortion.shape);
});
