// The light of pictures: least squares of what the network reads from them, and of what is known of lights before; then once
// more on what is left.

import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Encoder } from './ask.js';
import { project, render, TERMS } from './basis.js';
import { COARSE, medianOf } from './common.js';
import { SIDE } from './encoder.js';
import { centred, halved } from './reduce.js';

/** How often the light is asked for: what is left after the first time is weaker, and better seen. */
const TIMES = 2;
/** So many pictures, spread over all, are enough. */
const MOST = 200;
/** Different scenes of one kind are so much alike at least: the network is wrong about them in the same way. */
const LEAST_ALIKE = 0.15;
/** The world is further from the network's pictures than these are from each other: its doubts are times this. */
const WORLD = 2;

/** A light that pictures share. */
export interface SharedLight {
  /** Of its logarithm, in the terms of `basis.ts`. */
  readonly coefficients: Float64Array;
  /** How far it may be wrong: the expected size of its relative error over the picture, such as 0.03 for 3 %. */
  readonly doubt: number;
  /** How uneven what the pictures have in common is, smooth parts alone, before and after: relative, as the doubt. */
  readonly unevenness: { readonly before: number; readonly after: number };
}

/**
 * @param logs of reduced pictures, each of mean 0: see `reduce`.
 * @param times how often the light is asked for.
 */
export async function estimateLight(
  encoder: Encoder,
  logs: readonly Float32Array[],
  times = TIMES,
): Promise<SharedLight> {
  if (logs.length === 0) throw new TypeError('expected pictures, got none');
  const used = spreadOver(logs, MOST);
  const part = countOf(used) / used.length;
  const prior = Matrix.diag([...encoder.prior]);
  let coefficients: Float64Array = new Float64Array(TERMS.length);
  let posterior!: CholeskyDecomposition;
  for (let time = 0; time < times; time++) {
    const { precision, pull } = await encoder.ask(divided(used, coefficients));
    // The prior is of the whole light, not of what is left of it.
    const left = pull.map((value, term) => part * value - encoder.prior[term]! * coefficients[term]!);
    posterior = new CholeskyDecomposition(precision.mul(part).add(prior));
    const more = posterior.solve(Matrix.columnVector(left)).to1DArray();
    coefficients = coefficients.map((value, term) => value + more[term]!);
  }
  const variance = posterior.solve(Matrix.eye(TERMS.length)).trace();
  return {
    coefficients,
    doubt: WORLD * Math.sqrt(variance),
    unevenness: {
      before: sharedUnevenness(used),
      after: sharedUnevenness(divided(used, coefficients)),
    },
  };
}

/** So many pictures of different scenes would tell as much. */
function countOf(logs: readonly Float32Array[]): number {
  if (logs.length === 1) return 1;
  const alike = Math.max(LEAST_ALIKE, likeness(logs.map(halved)));
  return logs.length / (1 + (logs.length - 1) * alike);
}

/**
 * How alike the scenes of pictures, `halved`, are: the mean correlation of two in what is not smooth, and so not light; 0 for
 * different scenes, 1 for one and the same, as the frames of a time lapse may be.
 */
export function likeness(logs: readonly Float32Array[]): number {
  const sum = new Float64Array(COARSE * COARSE);
  for (const log of logs) {
    const smooth = render(project(log, COARSE, COARSE), COARSE, COARSE);
    const rough = log.map((value, cell) => value - smooth[cell]!);
    const size = Math.hypot(...rough) || 1;
    for (let cell = 0; cell < sum.length; cell++) sum[cell]! += rough[cell]! / size;
  }
  const squares = sum.reduce((total, value) => total + value * value, 0);
  const { length } = logs;
  return Math.max(0, (squares - length) / (length * (length - 1)));
}

/** Pictures less a light, the logarithms of mean 0. */
export function divided(logs: readonly Float32Array[], coefficients: Float64Array): Float32Array[] {
  const light = render(coefficients, SIDE, SIDE);
  return logs.map(log => centred(log.map((value, cell) => value - light[cell]!)));
}

/** Of what the pictures have in common, their median: the size of its smooth part. */
const sharedUnevenness = (logs: readonly Float32Array[]): number =>
  Math.hypot(...project(medianOf(logs), SIDE, SIDE));

/** At most so many of a list, evenly spread. */
function spreadOver<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)]!);
}
