import { float32 } from '@blind-demod/arrays';
import { expect, test } from 'vitest';
import { averageDistortion } from '../src/average.js';

const rows = (...images: number[][]) =>
  float32([images.length, images[0]!.length], Float32Array.from(images.flat()));
const average = (
  y: number[],
  distortions: number[][],
  objectives: number[],
  {
    averaging = 0.5,
    observed,
    of = 'distortion',
  }: { averaging?: number; observed?: number[]; of?: 'distortion' | 'spread' } = {},
) => {
  const each = <T>(value: T): T[] => distortions.map(() => value);
  return [
    ...averageDistortion(
      { observation: rows(...each(y)), ...(observed && { observed: rows(...each(observed)) }) },
      rows(...distortions),
      Float32Array.from(objectives),
      { kept: [objectives.indexOf(Math.min(...objectives.filter(Number.isFinite)))], averaging },
    )[of].data,
  ];
};

test('is the geometric mean of starts that ended alike, where one saw nothing too', () => {
  const found = average(
    [1, 1, 0],
    [
      [0.2, 0.4, 0.9],
      [0.2, 0.4, 0.1],
    ],
    [2, 2],
  );
  expect(found).toEqual([0.2, 0.4, 0.3].map(value => expect.closeTo(value, 6)));
});

test('scales each start to the kept one where the observation is bright and observed', () => {
  const found = average(
    [1, 1, 0, 1],
    [
      [0.2, 0.4, 0.4, 0.5],
      [0.1, 0.2, 0.2, 0.9],
    ],
    [2, 2],
    {
      observed: [1, 1, 1, 0],
    },
  );
  expect(found).toEqual([0.2, 0.4, 0.4, Math.sqrt(0.5 * 1.8)].map(value => expect.closeTo(value, 6)));
});

test('weighs a start by exp(−(f/f* − 1)/averaging)', () => {
  // f/f* − 1 = 0.5: with averaging 0.5 the other start has the weight 1/e.
  const [, value] = average(
    [1, 0],
    [
      [1, 0.9],
      [1, 0.1],
    ],
    [2, 3],
  );
  const [a, b] = [1, Math.exp(-1)];
  expect(Math.log(value!)).toBeCloseTo((a * Math.log(0.9) + b * Math.log(0.1)) / (a + b), 5);
});

test('leaves out a start that did not end at a number', () => {
  const found = average(
    [1, 1],
    [
      [Number.NaN, Number.NaN],
      [0.3, 0.6],
    ],
    [Number.NaN, 2],
  );
  expect(found).toEqual([0.3, 0.6].map(value => expect.closeTo(value, 6)));
});

test('is the kept start where it fits exactly, and takes starts as they are where all is black', () => {
  expect(
    average(
      [1, 1],
      [
        [0.3, 0.6],
        [0.6, 0.3],
      ],
      [0, 2],
    ),
  ).toEqual([0.3, 0.6].map(value => expect.closeTo(value, 6)));
  const [value] = average(
    [0, 0],
    [
      [0.2, 0.2],
      [0.8, 0.8],
    ],
    [2, 2],
  );
  expect(value).toBeCloseTo(0.4, 6);
});

test('the spread is the standard deviation among the starts, as of a sample, and 0 where they agree', () => {
  const starts = [
    [0.2, 0.4, 0.9],
    [0.2, 0.4, 0.1],
  ];
  const found = average([1, 1, 0], starts, [2, 2], { of: 'spread' });
  // Of logarithms, ±ln 3 about the mean: a sample of two has half the freedom.
  expect(found).toEqual([0, 0, 0.3 * Math.log(3) * Math.SQRT2].map(value => expect.closeTo(value, 5)));
  expect(average([1, 1, 0], starts.slice(1), [2], { of: 'spread' })).toEqual([0, 0, 0]);
});
