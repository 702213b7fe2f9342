// The light of pictures: what the network knows from each, what all have in common, each by its doubt; then once more on
// what is left.

import type { Encoder, Told } from './ask.js';
import { project, render, TERMS } from './basis.js';
import { COARSE, medianOf } from './common.js';
import { lightOfDifferences } from './differences.js';
import { SIDE } from './encoder.js';
import { centred, halved } from './reduce.js';

/** How often the light is asked for: what is left after the first time is weaker, and better seen. */
const TIMES = 2;
/** So many pictures, spread over all, are enough. */
const MOST = 200;
/** The world is further from the network's pictures than these are from each other: its variances are times this. */
const WORLD = 2.2;
/** The part of the network's variance that is the same for all pictures of a series, and so stays, however many they are. */
const SHARED_VARIANCE = 0.4;
/** What the variances of differences are times this: they are found with few pictures, from differences that overlap. */
const UNDERSTATED = 5;
/** A lone scene's own smooth part is so much further from the light than the network is. */
const LONE_SCENE = 9;

/** A light that pictures share. */
export interface SharedLight {
  /** Of its logarithm, in the terms of `basis.ts`. */
  readonly coefficients: Float64Array;
  /** How far it may be wrong: the expected size of its relative error over the picture, such as 0.03 for 3 %. */
  readonly doubt: number;
  /** How uneven what the pictures have in common is, smooth parts alone, before and after: relative, as the doubt. */
  readonly unevenness: { readonly before: number; readonly after: number };
}

/** @param logs of reduced pictures, each of mean 0: see `reduce`. */
export async function estimateLight(encoder: Encoder, logs: readonly Float32Array[]): Promise<SharedLight> {
  if (logs.length === 0) throw new TypeError('expected pictures, got none');
  const used = spreadOver(logs, MOST);
  let coefficients: Float64Array = new Float64Array(TERMS.length);
  let variances = coefficients;
  for (let time = 0; time < TIMES; time++) {
    const told = await askOnce(encoder, divided(used, coefficients));
    coefficients = coefficients.map((value, term) => value + told.coefficients[term]!);
    variances = told.variances;
  }
  return {
    coefficients,
    doubt: Math.sqrt(variances.reduce((sum, value) => sum + value, 0)),
    unevenness: {
      before: sharedUnevenness(used),
      after: sharedUnevenness(divided(used, coefficients)),
    },
  };
}

/** Both answers, weighed by their variances. */
async function askOnce(encoder: Encoder, logs: readonly Float32Array[]): Promise<Told> {
  const answers: Told[] = [];
  for (const log of logs) answers.push(await encoder.ask(log));
  const meanOf = (of: (answer: Told) => Float64Array) =>
    TERMS.map((_, term) => answers.reduce((sum, answer) => sum + of(answer)[term]!, 0) / answers.length);
  const known = meanOf(answer => answer.coefficients);
  const lone = meanOf(answer => answer.variances).map(variance => WORLD * variance);
  if (logs.length === 1)
    return { coefficients: Float64Array.from(known), variances: Float64Array.from(lone) };

  const coarse = logs.map(halved);
  const common = lightOfDifferences(coarse);
  const alike = likeness(coarse);
  // So many pictures of different scenes would tell as much.
  const count = logs.length / (1 + (logs.length - 1) * alike);
  const few = UNDERSTATED * (1 + 2 / (logs.length - 1)) * (logs.length / count);
  const pooled = TERMS.map((_, term) => {
    const ofKnown = lone[term]! * (SHARED_VARIANCE + (1 - SHARED_VARIANCE) / count);
    const ofCommon = few * common.variances[term]! + alike * LONE_SCENE * lone[term]!;
    const variance = 1 / (1 / ofKnown + 1 / ofCommon);
    return { variance, value: variance * (known[term]! / ofKnown + common.coefficients[term]! / ofCommon) };
  });
  return {
    coefficients: Float64Array.from(pooled, ({ value }) => value),
    variances: Float64Array.from(pooled, ({ variance }) => variance),
  };
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
