// The encoder that comes with the project, on lights in closed form over scenes that are none of the training's.

import { randomStream } from '@blind-demod/arrays';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Encoder } from '../src/ask.js';
import { project } from '../src/basis.js';
import { SIDE } from '../src/encoder.js';
import { estimateLight } from '../src/estimate.js';
import { shippedEncoder } from '../src/model.js';
import { ORIENTATIONS, orient, orientTerms } from '../src/orientations.js';
import { reduce } from '../src/reduce.js';
import { squares } from './squares.js';

let encoder: Encoder;
beforeAll(async () => {
  encoder = await shippedEncoder();
});
afterAll(() => encoder.dispose());

const SIZE = 128;
type Light = (u: number, v: number) => number;

const spot: Light = (u, v) => 0.3 + 0.7 * Math.exp(-((u - 0.3) ** 2 + (v + 0.2) ** 2) / 0.9);
const vignette: Light = (u, v) => (1 + 0.7 * (u * u + v * v)) ** -2;
const gradient: Light = (u, v) => Math.exp(0.35 * u - 0.2 * v);
const even: Light = () => 1;

/** Squares of random grey on a grey ground, with noise, under a light. */
function picture(light: Light, number: number, exposure = 1): Float64Array {
  const random = randomStream(number, 'squares');
  const values = squares(random, { side: SIZE, count: 60, ground: 100, sides: [4, 12], greys: [40, 160] });
  return values.map((value, pixel) => {
    const [u, v] = [(2 * (pixel % SIZE) + 1) / SIZE - 1, (2 * Math.floor(pixel / SIZE) + 1) / SIZE - 1];
    return exposure * value * light(u, v) * (1 + 0.02 * random.normal());
  });
}

const logsOf = (pictures: Float64Array[]) =>
  pictures.map(data => reduce({ width: SIZE, height: SIZE, data }, { dark: 0 })!.log);
const seen = (light: Light, count: number, exposure = 1) =>
  logsOf(Array.from({ length: count }, (_, number) => picture(light, number, exposure)));

/** The coefficients of a light, and how far others are from them: the relative error over the picture. */
const truthOf = (light: Light) => {
  const field = Float32Array.from({ length: SIDE * SIDE }, (_, pixel) =>
    Math.log(light((2 * (pixel % SIDE) + 1) / SIDE - 1, (2 * Math.floor(pixel / SIDE) + 1) / SIDE - 1)),
  );
  return project(field, SIDE, SIDE);
};
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]!));

describe.each([
  ['a spot', spot],
  ['a vignette', vignette],
  ['a gradient', gradient],
])('%s', (_, light) => {
  // Half of what doing nothing leaves from one picture, a fifth from sixteen: the encoder does better; this is what a change
  // must not lose.
  test.each([
    [1, 1 / 2],
    [16, 1 / 5],
  ])('is found from %i pictures', async (count, part) => {
    const { coefficients, doubt, unevenness } = await estimateLight(encoder, seen(light, count));
    const truth = truthOf(light);
    const nothing = Math.hypot(...truth);
    const error = distance(coefficients, truth);
    expect(error).toBeLessThan(part * nothing);
    expect(error).toBeLessThan(4 * doubt);
    expect(unevenness.after).toBeLessThan(unevenness.before);
  });
});

test.each([1, 16])('even light is left even: %i pictures', async count => {
  const { coefficients } = await estimateLight(encoder, seen(even, count));
  // Nobody sees a light of 5 % over a picture.
  expect(Math.hypot(...coefficients)).toBeLessThan(0.05);
});

test('more pictures under one light leave less doubt', async () => {
  const doubts = [];
  for (const count of [1, 4, 32]) doubts.push((await estimateLight(encoder, seen(vignette, count))).doubt);
  expect(doubts[1]).toBeLessThan(doubts[0]!);
  expect(doubts[2]).toBeLessThan(doubts[1]!);
});

test('the exposure does not matter', async () => {
  const [one, hundred] = [1, 100].map(exposure => seen(spot, 3, exposure));
  const [a, b] = [await estimateLight(encoder, one!), await estimateLight(encoder, hundred!)];
  expect(distance(a.coefficients, b.coefficients)).toBeLessThan(1e-5); // float32 logarithms of other numbers
});

test.each([1, 3])(
  'mirrored and turned pictures have the mirrored and turned light: %i pictures',
  async count => {
    const logs = seen(spot, count);
    const upright = await estimateLight(encoder, logs);
    for (const orientation of [1, 2, 4, ORIENTATIONS - 1]) {
      const turned = await estimateLight(
        encoder,
        logs.map(log => orient(log, SIDE, orientation)),
      );
      const expected = orientTerms(upright.coefficients, orientation);
      // The same sums in another order, in float32.
      expect(distance(turned.coefficients, expected)).toBeLessThan(1e-4);
      expect(turned.doubt).toBeCloseTo(upright.doubt, 4);
    }
  },
);

test('the order of the pictures does not matter', async () => {
  const logs = seen(gradient, 6);
  const [a, b] = [await estimateLight(encoder, logs), await estimateLight(encoder, logs.toReversed())];
  expect(distance(a.coefficients, b.coefficients)).toBeLessThan(1e-5);
});
