import { float32 } from '@blind-demod/arrays';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { confidenceOf, expectedPsnr, undrawnShares } from '../src/confidence.js';

/** Images of 4×4 pixels; each number is a square of four, so that they show no noise. */
const rows = (...images: number[][]) =>
  float32(
    [images.length, 1, 4, 4],
    Float32Array.from(
      images.flatMap(([a, b, c, d]) => [a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d] as number[]),
    ),
  );
const signal = rows([1, 0.5, 0, 0.8]);
const distortion = rows([0.5, 0.5, 0.5, 1]);
const observation = rows([0.5, 0.25, 0, 0.8]);
const signalCode = float32([1, 4], Float32Array.of(1, -1, 1, 1));
const even = (deviation: number) => rows(Array(4).fill(deviation));

test('a perfect fit without deviations is sure; one that draws nothing is not', () => {
  const judged = { signal, distortion, signalCode, signalDeviation: even(1e-4) };
  expect(confidenceOf({ observation }, judged)[0]).toBeGreaterThan(0.99);
  const black = { ...judged, signal: rows([0, 0, 0, 0]) };
  expect(confidenceOf({ observation }, black)[0]).toBeLessThan(confidenceOf({ observation }, judged)[0]!);
});

test('falls as the deviations of the signal grow, and as less is drawn', () =>
  fc.assert(
    fc.property(
      fc.double({ min: 1e-4, max: 0.5, noNaN: true }),
      fc.double({ min: 1.1, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (deviation, factor, missing) => {
        const drawn = rows([1, 0.5, 0, 0.8 * (1 - missing)]);
        const of = (w: typeof signal, size: number) =>
          confidenceOf(
            { observation },
            { signal: w, distortion, signalCode, signalDeviation: even(size) },
          )[0]!;
        expect(of(signal, deviation * factor)).toBeLessThanOrEqual(of(signal, deviation));
        expect(of(drawn, deviation)).toBeLessThanOrEqual(of(signal, deviation));
      },
    ),
  ));

test('falls as the code leaves where codes are trained to be', () => {
  const of = (size: number) =>
    confidenceOf(
      { observation },
      {
        ...{ signal, distortion, signalDeviation: even(0.01) },
        signalCode: float32(
          [1, 4],
          signalCode.data.map(value => size * value),
        ),
      },
    )[0]!;
  expect(of(10)).toBeLessThan(of(2));
});

test('the PSNR that is expected is that of errors of the size of the deviations', () => {
  expect(expectedPsnr(Float32Array.of(0.1, 0.1, 0.1, 0.1))).toBeCloseTo(20, 4);
  expect(expectedPsnr(Float32Array.of(0, 0, 0, 0.02))).toBeCloseTo(40, 4);
});

test('the share that is not drawn counts what was seen alone, less the noise', () => {
  const off = rows([0.5, 0.25, 0.3, 0.8]);
  expect(undrawnShares({ observation: off }, { signal, distortion })[0]).toBeCloseTo(
    0.3 / Math.hypot(0.5, 0.25, 0.3, 0.8),
    5,
  );
  const observed = rows([1, 1, 0, 1]);
  expect(undrawnShares({ observation: off, observed }, { signal, distortion })[0]).toBeCloseTo(0, 6);
  expect(undrawnShares({ observation: rows([0, 0, 0, 0]) }, { signal, distortion })[0]).toBe(1);
});
