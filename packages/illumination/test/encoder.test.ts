import { float32, randomStream } from '@blind-demod/arrays';
import { zipParameters } from '@blind-demod/dcgan';
import { compile, constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { fieldsOf, TERMS } from '../src/basis.js';
import { CELLS, PAIRS } from '../src/cells.js';
import { DESIGN, encode, initialEncoder, SIDE } from '../src/encoder.js';

test('the design has what each term differs by between the two cells of a pair', () => {
  const width = SIDE / CELLS;
  const fields = fieldsOf(SIDE);
  const meanOf = (term: number, x: number, y: number) => {
    let sum = 0;
    for (let row = 0; row < width; row++)
      for (let column = 0; column < width; column++)
        sum += fields[term]![(y * width + row) * SIDE + x * width + column]!;
    return sum / width ** 2;
  };
  for (const [pair, [right, down]] of PAIRS.entries()) {
    for (const [x, y] of [
      [0, 0],
      [3, 7],
      [7, 2],
    ] as const) {
      const row = (pair * CELLS + y) * CELLS + x;
      for (const term of TERMS.keys()) {
        const expected = meanOf(term, x + right, y + down) - meanOf(term, x, y);
        expect(DESIGN[row * TERMS.length + term]).toBeCloseTo(expected, 5);
      }
    }
  }
  // The last cell has nothing to its right and nothing below.
  expect(DESIGN.subarray(-TERMS.length).every(value => value === 0)).toBe(true);
});

test('a series tells what its pictures tell together', async () => {
  const parameters = initialEncoder(randomStream(1, 'weights'));
  const pictures = float32([3, 1, SIDE, SIDE], randomStream(1, 'pictures').normals(3 * SIDE * SIDE));
  const tellsOf = async (members: number[]) => {
    const given = { pictures, members: float32([members.length / 3, 3], Float32Array.from(members)) };
    const program = await compile(
      (grouped: { pictures: Tensor; members: Tensor }) =>
        encode(zipParameters(constant, parameters), grouped),
      given,
      { device: 'cpu' },
    );
    const { precision, pull } = await program.run(given);
    await program.dispose();
    return [...precision.data, ...pull.data] as number[];
  };
  const [first, , third] = [await tellsOf([1, 0, 0]), 0, await tellsOf([0, 0, 1])];
  const both = await tellsOf([1, 0, 1]);
  const largest = Math.max(...both.map(Math.abs));
  for (const [i, value] of both.entries())
    expect(Math.abs(value - first[i]! - third[i]!)).toBeLessThan(1e-5 * largest); // float32
  expect(largest).toBeGreaterThan(1);
});
