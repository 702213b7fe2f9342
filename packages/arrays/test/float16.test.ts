import { describe, expect, test } from 'vitest';
import { fromHalves, toHalves } from '../src/float16.js';

const half = (number: number) => toHalves(Float32Array.of(number))[0]!;
const every = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
const isNaNHalf = (bits: number) => (bits & 0x7fff) > 0x7c00;

test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
])('bits %i are %d', (bits, number) => {
  expect(fromHalves(Uint16Array.of(bits))[0]).toBe(number);
  expect(half(number)).toBe(bits);
});

test('all 65536 halves come back; NaNs as NaNs', () => {
  const numbers = fromHalves(every);
  const back = toHalves(numbers);
  for (const bits of every) {
    if (isNaNHalf(bits)) {
      expect(numbers[bits]).toBeNaN();
      expect(isNaNHalf(back[bits]!)).toBe(true);
    } else if (back[bits] !== bits) {
      expect(back[bits]).toBe(bits);
    }
  }
});

describe('rounding', () => {
  /** The float32 next to a positive one. */
  const neighbour = (number: number, step: 1 | -1) => {
    const float = Float32Array.of(number);
    new Uint32Array(float.buffer)[0]! += step;
    return float[0]!;
  };

  test('between all neighbours: to the nearest, from the middle to the even one', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = fromHalves(Uint16Array.of(bits, bits + 1)) as unknown as [number, number];
      const middle = (low + high) / 2; // exact in float32
      const cases = [middle, neighbour(middle, -1), neighbour(middle, 1)];
      const rounded = toHalves(Float32Array.of(...cases, ...cases.map(number => -number)));
      const expected = [bits + (bits % 2), bits, bits + 1];
      if (`${rounded}` !== `${[...expected, ...expected.map(positive => positive | 0x8000)]}`)
        wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  test('beyond the largest half: back to it, or an error', () => {
    expect(half(neighbour(65520, -1))).toBe(0x7bff);
    for (const number of [65520, -65520, 1e38]) {
      expect(() => half(number)).toThrow(
        new RangeError(`${Math.fround(number)} is beyond the range of float16`),
      );
    }
  });

  test('far below the smallest: to zero, with the sign', () => {
    expect([...toHalves(Float32Array.of(1e-45, -1e-45))]).toEqual([0, 0x8000]);
  });
});
