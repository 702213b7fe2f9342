// What the network reads from the pictures of a series, the same however they lie: each is looked at in all eight orientations.

import { float32, type NdArray } from '@blind-demod/arrays';
import { type Parameters, zipParameters } from '@blind-demod/dcgan';
import { compile, constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Matrix } from 'ml-matrix';
import { TERMS } from './basis.js';
import { CELLS, isInside, PAIRS, ROWS } from './cells.js';
import { DESIGN, look, priorOf, type Seen, SIDE } from './encoder.js';
import { inverse, ORIENTATIONS, orient, SWAPPED, termsOf } from './orientations.js';

/**
 * What pictures tell of the coefficients c of their light: the logarithm of the likelihood is
 * −½ cᵀ · precision · c + pull · c.
 */
export interface Told {
  readonly precision: Matrix;
  readonly pull: Float64Array;
}

export interface Encoder {
  /** What is known of a light before any picture is seen: the precision of each coefficient, which is about 0. */
  readonly prior: Float64Array;
  /** What pictures tell: logarithms of mean 0, 64 × 64, as `reduce` makes them. */
  ask(pictures: readonly Float32Array[]): Promise<Told>;
  dispose(): Promise<void>;
}

/** The network of these weights, ready to be asked, on the processor: it is small. */
export async function openEncoder(parameters: Parameters<NdArray>): Promise<Encoder> {
  const shape = [ORIENTATIONS, 1, SIDE, SIDE];
  const program = await compile(
    (pictures: Tensor) => look(zipParameters(constant, parameters), pictures),
    float32(shape, new Float32Array(ORIENTATIONS * SIDE * SIDE)),
    { device: 'cpu' },
  );
  return {
    prior: evenly(priorOf(parameters).data as Float32Array),
    async ask(pictures) {
      const sums = noSums();
      for (const picture of pictures) {
        const all = new Float32Array(ORIENTATIONS * picture.length);
        for (let orientation = 0; orientation < ORIENTATIONS; orientation++) {
          all.set(orient(picture, SIDE, orientation), orientation * picture.length);
        }
        addTo(sums, await program.run(float32(shape, all)));
      }
      return together(sums);
    },
    dispose: () => program.dispose(),
  };
}

/** The exponential of these logarithms, each the mean of a term's and of the term's with both axes swapped. */
function evenly(logs: Float32Array): Float64Array {
  const swapped = termsOf(SWAPPED);
  return Float64Array.from(logs, (log, term) => Math.exp((log + logs[swapped[term]!.from]!) / 2));
}

/** Of all pictures of a series in all orientations, turned back: the sums over them, in double precision. */
type Sums = ReturnType<typeof noSums>;
const noSums = () => ({
  trust: new Float64Array(ROWS),
  pulls: new Float64Array(ROWS),
  precision: new Float64Array(TERMS.length),
  pull: new Float64Array(TERMS.length),
});

/** A picture in each orientation counts as an eighth of one. */
function addTo(sums: Sums, { trust, remains, precision, pull }: Seen<NdArray>): void {
  for (const [orientation, rows] of ROWS_OF.entries()) {
    for (const [row, { from, sign }] of rows.entries()) {
      const at = orientation * ROWS + row;
      sums.trust[from]! += trust.data[at]! / ORIENTATIONS;
      sums.pulls[from]! += (sign * trust.data[at]! * remains.data[at]!) / ORIENTATIONS;
    }
    for (const [term, { from, sign }] of termsOf(inverse(orientation)).entries()) {
      const at = orientation * TERMS.length + from;
      sums.precision[term]! += precision.data[at]! / ORIENTATIONS;
      sums.pull[term]! += (sign * pull.data[at]!) / ORIENTATIONS;
    }
  }
}

/** For each orientation, which pair of cells of the upright picture each pair is, and whether it is the other way round. */
const ROWS_OF = Array.from({ length: ORIENTATIONS }, (_, orientation) => {
  const count = CELLS * CELLS;
  const places = orient(
    Float32Array.from({ length: count }, (__, cell) => cell),
    CELLS,
    orientation,
  );
  const stepOf = ([right, down]: (typeof PAIRS)[number]) => right + down * CELLS;
  return Array.from({ length: ROWS }, (__, row) => {
    const [pair, cell] = [Math.floor(row / count), row % count];
    if (!isInside(pair, cell)) return { from: row, sign: 1 };
    const [one, other] = [places[cell]!, places[cell + stepOf(PAIRS[pair]!)]!];
    const upright = PAIRS.findIndex(kind => stepOf(kind) === Math.abs(other - one));
    return { from: upright * count + Math.min(one, other), sign: Math.sign(other - one) };
  });
});

/** The normal equations. */
function together({ trust, pulls, precision, pull }: Sums): Told {
  const count = TERMS.length;
  const lower = new Float64Array(count * count);
  const right = pull.slice();
  for (let row = 0; row < ROWS; row++) {
    const start = row * count;
    for (let i = 0; i < count; i++) {
      const scaled = trust[row]! * DESIGN[start + i]!;
      for (let j = 0; j <= i; j++) lower[i * count + j]! += scaled * DESIGN[start + j]!;
      right[i]! += pulls[row]! * DESIGN[start + i]!;
    }
  }
  const matrix = Matrix.diag([...precision]);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const value = matrix.get(i, j) + lower[i * count + j]!;
      matrix.set(i, j, value);
      matrix.set(j, i, value);
    }
  }
  return { precision: matrix, pull: right };
}
