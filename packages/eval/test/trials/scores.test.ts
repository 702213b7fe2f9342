import { float32 } from '@blind-demod/arrays';
import { describe, expect, test } from 'vitest';
import { summariseScores } from '../../src/report/summary.js';
import { observe } from '../../src/trials/batches.js';
import { drawPairs } from '../../src/trials/pairs.js';
import { scorePairs } from '../../src/trials/scores.js';
import { images } from './example.js';

const tests = { signal: images.signal.test, distortion: images.distortion.test };
const truth = observe(tests, drawPairs(1, tests, 4));
const given = { observation: truth.observation, seconds: 2 };
const scaled = (image: typeof truth.signal, factor: number) =>
  float32(
    image.shape,
    image.data.map(value => factor * value),
  );

test('the truth, at any scale, is perfect', () => {
  const estimates = { signal: scaled(truth.signal, 4), distortion: scaled(truth.distortion, 0.25) };
  const scores = scorePairs(estimates, truth, given);
  expect(scores).toHaveLength(4);
  for (const { signal, distortion, seconds } of scores) {
    expect(signal).toEqual({ psnr: 100, ssim: 1, relativeError: 0, better: true });
    expect(distortion).toEqual({ psnr: 100, ssim: 1, relativeError: 0, whereSeen: 0 });
    expect(seconds).toBe(0.5);
  }
  const { signal, secondsPerImage } = summariseScores(scores);
  expect(signal!.betterThanObservation).toBe(1);
  expect(secondsPerImage).toBe(0.5);
});

test('the observation is not better than itself, but than one with noise', () => {
  const estimates = { signal: truth.observation };
  expect(summariseScores(scorePairs(estimates, truth, given)).signal!.betterThanObservation).toBe(0);
  const noisy = float32(
    truth.observation.shape,
    truth.observation.data.map((value, i) => value + (i % 2 === 0 ? 0.5 : -0.5)),
  );
  const scores = scorePairs(estimates, truth, { ...given, observation: noisy });
  expect(summariseScores(scores).signal!.betterThanObservation).toBe(1);
});

test('a distortion is judged over the image, and at a scale of its own where the signal is', () => {
  const [w, x, estimate] = [
    [0, 1, 0.05, 0.5],
    [0.5, 0.5, 0.5, 1],
    [1, 1, 0, 2],
  ];
  const repeated = (values: number[]) =>
    float32(
      [1, 1, 12, 12],
      Float32Array.from({ length: 144 }, (_, i) => values[i % 4]!),
    );
  const pair = { signal: repeated(w!), distortion: repeated(x!), observation: repeated(w!) };
  const [scores] = scorePairs({ distortion: repeated(estimate!) }, pair, {
    ...given,
    observation: repeated(w!),
  });
  // Scale ⟨x̂, x⟩ / ⟨x̂, x̂⟩ = 3/6: only the third value is wrong, by 0.5, of ‖x‖² = 1.75.
  expect(scores!.distortion!.relativeError).toBeCloseTo(Math.sqrt(0.25 / 1.75), 6);
  // w ⊙ x̂ = (0, 1, 0, 1) at the best scale c for (0, 0.5, 0.025, 0.5) is (0, 0.5, 0, 0.5): wrong by 0.025.
  expect(scores!.distortion!.whereSeen).toBeCloseTo(0.025 / Math.hypot(0.5, 0.025, 0.5), 6);
  expect(scores!.signal).toBeNull();
});

describe('a blank signal', () => {
  const black = scaled(truth.signal, 0);
  const blank = { signal: black, distortion: truth.distortion, observation: black };

  test.each([
    ['the truth', black],
    ['something else', truth.signal],
  ])('gives finite scores to %s, and no error where it is seen', (_, signal) => {
    const scores = scorePairs({ signal, distortion: truth.distortion }, blank, {
      observation: black,
      seconds: 1,
    });
    for (const { signal, distortion } of scores) {
      expect(Object.values(signal!).every(value => value === false || Number.isFinite(value))).toBe(true);
      expect(distortion).toEqual({ psnr: 100, ssim: 1, relativeError: 0, whereSeen: 0 });
    }
  });
});

test('an estimate that is not a number scores as a black one', () => {
  const [nan, black] = [Number.NaN, 0].map(value => scaled(truth.signal, value));
  expect(scorePairs({ signal: nan!, distortion: nan! }, truth, given)).toEqual(
    scorePairs({ signal: black!, distortion: black! }, truth, given),
  );
});

test('what a method does not estimate has no score', () => {
  const summary = summariseScores(scorePairs({ signal: truth.signal }, truth, given));
  expect(summary.distortion).toBeNull();
  expect(summariseScores(scorePairs({}, truth, given)).signal).toBeNull();
});
