import type { Factor } from '@blind-demod/arrays';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GRID } from '../src/ink.js';
import { onRail, WIDTHS } from '../src/lamp.js';
import { SOLVERS } from '../src/solvers.js';
import {
  DEFAULT_STATE,
  DIRECTIONS,
  EXTENT,
  fromFragment,
  PAGE_DEVICES,
  REACH,
  type State,
  toFragment,
} from '../src/state.js';

/** Numbers with the three digits that the address keeps. */
const short = (low: number, high: number) =>
  fc.double({ min: low, max: high, noNaN: true }).map(value => Number(value.toFixed(3)) || 0);
const byte = fc.integer({ min: 0, max: GRID });
const walk = (factor: Factor) =>
  fc.record({
    seed: fc.nat(1e6),
    steps: fc.tuple(...Array.from({ length: DIRECTIONS[factor] }, () => short(-REACH, REACH))),
  });
const states: fc.Arbitrary<State> = fc.record({
  ink: fc.array(fc.array(fc.tuple(byte, byte), { minLength: 1, maxLength: GRID }), {
    minLength: 1,
    maxLength: 5,
  }),
  lamp: fc.record({
    x: short(0, 1),
    y: short(0, 1),
    width: short(WIDTHS.offered[0], WIDTHS.offered[1]),
    strength: short(0, 1),
  }),
  rail: fc.constant(false),
  solver: fc.constantFrom(...SOLVERS.map(({ name }) => name)),
  device: fc.constantFrom(...PAGE_DEVICES),
  seed: fc.nat(1e6),
  start: fc.tuple(short(-EXTENT, EXTENT), short(-EXTENT, EXTENT)),
  walks: fc.record({ signal: walk('signal'), distortion: walk('distortion') }),
});

test('a link reproduces what is seen', () => {
  fc.assert(
    fc.property(states, state => {
      expect(fromFragment(`#${toFragment(state)}`)).toEqual(state);
    }),
  );
});

test('on the rail the lamp of a link lies on the rail', () => {
  const { lamp } = fromFragment('#lamp=0.1,0.9,30,1');
  expect(lamp.x).toBe(onRail(0.1, 0.9));
  expect(lamp.y).toBe(lamp.x);
});

test('the address of what is shown at first is empty', () => {
  expect(toFragment({ ...DEFAULT_STATE })).toBe('');
  expect(fromFragment('')).toEqual(DEFAULT_STATE);
});

test('whatever a link says, there is a state, and it is within its bounds', () => {
  const names = ['ink', 'lamp', 'rail', 'solver', 'seed', 'start', 'signal', 'distortion'];
  const parts = fc.array(
    fc.tuple(fc.constantFrom(...names), fc.oneof(fc.string(), fc.constant('9e9,NaN,-7,1e99'))),
  );
  fc.assert(
    fc.property(parts, given => {
      const { lamp, start, seed, ink } = fromFragment(
        given.map(([name, value]) => `${name}=${value}`).join('&'),
      );
      for (const value of [lamp.x, lamp.y, lamp.strength]) expect(value >= 0 && value <= 1).toBe(true);
      expect(start.every(value => Math.abs(value) <= EXTENT)).toBe(true);
      expect(Number.isSafeInteger(seed)).toBe(true);
      expect(ink.flat(2).every(value => value >= 0 && value <= GRID)).toBe(true);
    }),
  );
});
