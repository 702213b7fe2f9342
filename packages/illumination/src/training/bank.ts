// Procedural pictures, each under a light, as the network is trained on.

import { type RandomStream, randomStream } from '@blind-demod/arrays';
import { between, drawIllumination, renderLight } from '@blind-demod/distortion-data';
import { project } from '../basis.js';
import { SIDE } from '../encoder.js';
import { ORIENTATIONS, orient } from '../orientations.js';
import { centred, toLog } from '../reduce.js';
import { drawStyle } from './scenes.js';

const PIXELS = SIDE * SIDE;
/** How often a camera's black level was left in, and which part of a picture's mean it is. */
const WITH_BLACK = 0.2;
const BLACK = [0.003, 0.08] as const;
/** Fields of noise that are drawn: a picture's begins anywhere in them. */
const NOISE_FIELDS = 64;

/** What is drawn beforehand, as drawing is dear. Scenes and lights are logarithms, [side · side] each. */
export interface Bank {
  readonly scenes: readonly { readonly log: Float32Array; readonly noise: number }[];
  readonly lights: readonly Float32Array[];
  readonly noise: Float32Array;
}

/** `styles` ways to draw, `each` scenes of each, and `lights` lights. */
export function drawBank(
  seed: number,
  { styles, each, lights }: { styles: number; each: number; lights: number },
): Bank {
  return {
    scenes: Array.from({ length: styles }, (_, index) => {
      const random = randomStream(seed, 'style', index);
      const { scene, noise } = drawStyle(random);
      return Array.from({ length: each }, () => ({ log: toLog(scene(random, SIDE).map(Math.exp)), noise }));
    }).flat(),
    lights: Array.from({ length: lights }, (_, index) =>
      renderLight(drawIllumination(randomStream(seed, 'light', index)), SIDE).map(Math.log),
    ),
    noise: randomStream(seed, 'noise').normals(NOISE_FIELDS * PIXELS),
  };
}

export interface Example {
  /** Logarithms of mean 0. */
  readonly picture: Float32Array;
  /** Coefficients of the logarithm of its light. */
  readonly truth: Float64Array;
}

/** A scene under a light, each turned as it comes. */
export function drawExample(bank: Bank, random: RandomStream): Example {
  const one = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const turned = (field: Float32Array) => orient(field, SIDE, random.integer(ORIENTATIONS));
  const light = turned(one(bank.lights));
  const { log, noise } = one(bank.scenes);
  let picture = turned(log);
  for (let i = 0; i < PIXELS; i++) picture[i]! += light[i]!;
  if (random.uniform() < WITH_BLACK) {
    picture = onBlack(picture, Math.exp(between(random, Math.log(BLACK[0]), Math.log(BLACK[1]))));
  }
  const start = random.integer(bank.noise.length - PIXELS);
  for (let i = 0; i < PIXELS; i++) picture[i]! += noise * bank.noise[start + i]!;
  return { picture: centred(picture), truth: project(light, SIDE, SIDE) };
}

/** On a black level that is this part of the mean. */
function onBlack(log: Float32Array, part: number): Float32Array {
  const values = log.map(Math.exp);
  const black = (part * values.reduce((a, b) => a + b, 0)) / PIXELS;
  return toLog(values.map(value => value + black));
}
