import { expect, test } from 'vitest';
import { EXTENT } from '../src/state.js';
import { makeGround } from '../src/terrain.js';

test('the landscape is 0 at the truth, 1 on the axes, and lowest in the true valley; the ways end where it is low', async () => {
  const ground = await makeGround(1, 'cpu');
  const { values, side, valleys } = await ground.terrain();
  /** f / f(0, 0) at the grid's point nearest to codes. */
  const at = (h: number, m: number) => {
    const [column, row] = [h, m].map(value => Math.round(((value / EXTENT + 1) / 2) * (side - 1)));
    return values[row! * side + column!]!;
  };
  expect(values.every(Number.isFinite)).toBe(true);
  // Without biases G(0) = 0, so that f = ½ mean y² wherever a code is 0.
  for (const [h, m] of [
    [0, 0],
    [0, 2],
    [-1.5, 0],
  ] as const)
    expect(at(h, m)).toBeCloseTo(1, 5);
  // The grid has no point at (1, 1) itself: half a step away f is of second order in it.
  expect(at(1, 1)).toBeLessThan(0.01);
  // Along its bottom, |h m| = p, f is less than on the axes in each quadrant, and least in the true one.
  const signs = [
    [1, 1],
    [-1, 1],
    [1, -1],
    [-1, -1],
  ] as const;
  const bottoms = valleys.map((product, index) => at(signs[index]![0] * product, signs[index]![1]));
  expect(Math.max(...bottoms)).toBeLessThan(1);
  expect(Math.min(...bottoms.slice(1))).toBeGreaterThan(bottoms[0]! + 0.1);

  const ends = async (signCheck: boolean) => (await ground.path([-1.9, 0.7], signCheck)).at(-1)!;
  const [h, m] = await ends(true);
  expect(h * m).toBeCloseTo(1, 2);
  const [wrongH] = await ends(false);
  expect(wrongH).toBeLessThan(0);
});
