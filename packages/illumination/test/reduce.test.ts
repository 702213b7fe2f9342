import { describe, expect, test } from 'vitest';
import { SIDE } from '../src/encoder.js';
import { halved, reduce } from '../src/reduce.js';

const WIDTH = 4 * SIDE;
/** Pixels whose cells are of 4 × 3. */
const plane = (of: (cell: number, pixel: number) => number) => ({
  width: WIDTH,
  height: 3 * SIDE,
  data: Float64Array.from({ length: WIDTH * 3 * SIDE }, (_, pixel) =>
    of(Math.floor((pixel % WIDTH) / 4) + SIDE * Math.floor(pixel / WIDTH / 3), pixel),
  ),
});
const ramp = (cell: number) => Math.exp(cell / 2000);

describe('a reduced picture', () => {
  test('is the logarithm of the means of its cells, less their mean', () => {
    const { log } = reduce(plane(ramp), { dark: 0 })!;
    // A camera's offset of 10 taken off; every other pixel brighter, every other one darker by as much.
    const textured = reduce(
      plane((cell, pixel) => 10 + ramp(cell) * (pixel % 2 ? 1.5 : 0.5)),
      { dark: 10 },
    )!;
    for (let cell = 0; cell < SIDE * SIDE; cell++) {
      const expected = (cell - (SIDE * SIDE - 1) / 2) / 2000;
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
    for (const [cell, value] of log.entries())
      expect(value).toBeCloseTo((cell - (SIDE * SIDE - 1) / 2) / 2000, 6);
    // A whole corner: 10 × 10 cells. Beyond its rim nothing is known, and what stands there is of the rim's size.
    const corner = (pixel: number) => pixel % WIDTH < 40 && pixel < WIDTH * 30;
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

test('a halved picture is the logarithm of the means of four cells each, less their mean', () => {
  const cells = Float32Array.from({ length: SIDE * SIDE }, (_, cell) => 1 + ((cell * 7) % 5));
  const half = halved(cells.map(Math.log));
  const at = (x: number, y: number) => cells[y * SIDE + x]!;
  const mean = (x: number, y: number) =>
    (at(2 * x, 2 * y) + at(2 * x + 1, 2 * y) + at(2 * x, 2 * y + 1) + at(2 * x + 1, 2 * y + 1)) / 4;
  expect(half).toHaveLength((SIDE / 2) ** 2);
  for (const [x, y] of [
    [0, 1],
    [5, 3],
    [SIDE / 2 - 1, SIDE / 2 - 1],
  ] as const)
    expect(half[y * (SIDE / 2) + x]! - half[0]!).toBeCloseTo(Math.log(mean(x, y) / mean(0, 0)), 5); // float32
  expect(half.reduce((a, b) => a + b)).toBeCloseTo(0, 3);
});
