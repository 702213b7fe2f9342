import { describe, expect, test } from 'vitest';
import { SIDE } from '../src/encoder.js';
import { reduce } from '../src/reduce.js';

/** 128 × 96 pixels whose cells of 4 × 3 pixels have the mean exp(cell / 500). */
const plane = (of: (cell: number, pixel: number) => number) => ({
  width: 128,
  height: 96,
  data: Float64Array.from({ length: 128 * 96 }, (_, pixel) =>
    of(Math.floor((pixel % 128) / 4) + SIDE * Math.floor(pixel / 128 / 3), pixel),
  ),
});
const ramp = (cell: number) => Math.exp(cell / 500);

describe('a reduced picture', () => {
  test('is the logarithm of the means of its cells, less their mean', () => {
    const { log } = reduce(plane(ramp), { dark: 0 })!;
    // A camera's offset of 10 taken off; every other pixel brighter, every other one darker by as much.
    const textured = reduce(
      plane((cell, pixel) => 10 + ramp(cell) * (pixel % 2 ? 1.5 : 0.5)),
      { dark: 10 },
    )!;
    for (let cell = 0; cell < SIDE * SIDE; cell++) {
      const expected = (cell - (SIDE * SIDE - 1) / 2) / 500;
      expect(log[cell]).toBeCloseTo(expected, 6);
      expect(textured.log[cell]).toBeCloseTo(expected, 6);
    }
  });

  test('does not depend on the exposure, which its mean tells', () => {
    const [one, ten] = [1, 10].map(
      exposure =>
        reduce(
          plane(cell => exposure * ramp(cell)),
          { dark: 0 },
        )!,
    );
    for (const [cell, value] of ten!.log.entries()) expect(value).toBeCloseTo(one!.log[cell]!, 6);
    expect(ten!.mean / one!.mean).toBeCloseTo(10, 6);
  });

  test('takes what is left out from beside it', () => {
    const broken = plane((cell, pixel) => (pixel % 50 === 0 ? 1e6 : ramp(cell)));
    const { log } = reduce(broken, { dark: 0, leftOut: pixel => pixel % 50 === 0 })!;
    for (const [cell, value] of log.entries()) expect(value).toBeCloseTo((cell - 511.5) / 500, 6);
    // A whole corner: 10 × 10 cells. Beyond its rim nothing is known, and what stands there is of the rim's size.
    const corner = (pixel: number) => pixel % 128 < 40 && pixel < 128 * 30;
    const filled = reduce(
      plane((cell, pixel) => (corner(pixel) ? Number.NaN : ramp(cell))),
      { dark: 0, leftOut: corner },
    )!;
    expect(Math.max(...filled.log)).toBeLessThan(1.3);
    expect(Math.min(...filled.log)).toBeGreaterThan(-1.3);
  });

  test('is nothing where the picture shows nothing', () => {
    expect(
      reduce(
        plane(() => 0),
        { dark: 0 },
      ),
    ).toBeUndefined();
    expect(
      reduce(
        plane(() => 7),
        { dark: 0 },
      ),
    ).toBeUndefined();
    expect(reduce(plane(ramp), { dark: 100 })).toBeUndefined();
    expect(reduce(plane(ramp), { dark: 0, leftOut: () => true })).toBeUndefined();
  });
});
