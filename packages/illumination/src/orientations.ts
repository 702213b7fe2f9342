// The eight ways in which a square can lie: four turns, each also mirrored.

import { TERMS } from './basis.js';

export const ORIENTATIONS = 8;
/** The one that only swaps both axes. */
export const SWAPPED = 4;

/** For each orientation of a square of this side, which pixel each takes its value from. */
const places = new Map<number, Int32Array[]>();
function placesOf(side: number): Int32Array[] {
  const known = places.get(side);
  if (known !== undefined) return known;
  const made = Array.from({ length: ORIENTATIONS }, (_, orientation) =>
    Int32Array.from({ length: side * side }, (_, pixel) => {
      const [x, y] = [pixel % side, Math.floor(pixel / side)];
      const a = orientation & 1 ? side - 1 - x : x;
      const b = orientation & 2 ? side - 1 - y : y;
      return orientation & 4 ? a * side + b : b * side + a;
    }),
  );
  places.set(side, made);
  return made;
}

/** A square field, row-major, mirrored and turned: bit 0 mirrors left and right, bit 1 top and bottom, bit 2 swaps both axes. */
export function orient(field: Float32Array, side: number, orientation: number): Float32Array {
  const from = placesOf(side)[orientation]!;
  const turned = new Float32Array(field.length);
  for (let pixel = 0; pixel < turned.length; pixel++) turned[pixel] = field[from[pixel]!]!;
  return turned;
}

const terms = Array.from({ length: ORIENTATIONS }, (_, orientation) =>
  TERMS.map(([i, j], term) => ({
    from: orientation & 4 ? TERMS.findIndex(([a, b]) => a === j && b === i) : term,
    sign: (orientation & 1 ? (-1) ** i : 1) * (orientation & 2 ? (-1) ** j : 1), // P_i(−x) is (−1)^i P_i(x)
  })),
);

/** For each term of a field in this orientation, which term of the field its coefficient is, and with which sign. */
export const termsOf = (orientation: number) => terms[orientation]!;

/** The coefficients of a field, turned as `orient` turns the field. */
export const orientTerms = (coefficients: ArrayLike<number>, orientation: number): Float64Array =>
  Float64Array.from(termsOf(orientation), ({ from, sign }) => sign * coefficients[from]!);

/** The orientation that undoes one. */
export const inverse = (orientation: number): number =>
  orientation & 4 ? 4 | ((orientation & 1) << 1) | ((orientation & 2) >> 1) : orientation;
