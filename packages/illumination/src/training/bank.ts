// Procedural pictures, each under a light, as the network is trained on.

import { type RandomStream, randomStream } from '@blind-demod/arrays';
import { between, drawIllumination, renderLight } from '@blind-demod/distortion-data';
import { project } from '../basis.js';
import { SIDE } from '../encoder.js';
import { ORIENTATIONS, orient, orientTerms } from '../orientations.js';
import { centred, toLog } from '../reduce.js';
import { drawStyle } from './scenes/index.js';

const PIXELS = SIDE * SIDE;
/** How often a camera's black level was left in, and which part of a picture's mean it is. */
const WITH_BLACK = 0.2;
const BLACK = [0.003, 0.08] as const;
/** How often a window of a procedural scene is shown, not all of it; and the least side of one. */
const WINDOWS = 0.5;
const SMALLEST = 0.6;
/** Fields of noise that are drawn: a picture's begins anywhere in them. */
const NOISE_FIELDS = 32;

/** A picture under even light, as it is trained on. */
export interface Scene {
  /** [side · side] logarithms. */
  readonly log: Float32Array;
  /** Standard deviation of what is added to them. */
  readonly noise: number;
  /** How often a random window of it is shown, not all of it. */
  readonly windows: number;
}

/** What is drawn beforehand, as drawing is dear. Lights are logarithms, too, [side · side]. */
export interface Bank {
  readonly scenes: readonly Scene[];
  readonly lights: readonly { readonly log: Float32Array; readonly coefficients: Float64Array }[];
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
      return Array.from({ length: each }, () => ({
        log: toLog(scene(random, SIDE).map(Math.exp)),
        noise,
        windows: WINDOWS,
      }));
    }).flat(),
    lights: Array.from({ length: lights }, (_, index) => {
      const log = renderLight(drawIllumination(randomStream(seed, 'light', index)), SIDE).map(Math.log);
      return { log, coefficients: project(log, SIDE, SIDE) };
    }),
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
  const light = one(bank.lights);
  const lies = random.integer(ORIENTATIONS);
  const log = orient(light.log, SIDE, lies);
  const { log: scene, noise, windows } = one(bank.scenes);
  const shown = random.uniform() < windows ? windowOf(scene, random) : scene;
  let picture = orient(shown, SIDE, random.integer(ORIENTATIONS));
  for (let i = 0; i < PIXELS; i++) picture[i]! += log[i]!;
  if (random.uniform() < WITH_BLACK) {
    picture = onBlack(picture, Math.exp(between(random, Math.log(BLACK[0]), Math.log(BLACK[1]))));
  }
  const start = random.integer(bank.noise.length - PIXELS);
  for (let i = 0; i < PIXELS; i++) picture[i]! += noise * bank.noise[start + i]!;
  return { picture: centred(picture), truth: orientTerms(light.coefficients, lies) };
}

/** A random square of a field, enlarged to its size: linear between its pixels. */
function windowOf(field: Float32Array, random: RandomStream): Float32Array {
  const scale = between(random, SMALLEST, 1);
  const [left, top] = [0, 0].map(() => between(random, 0, (1 - scale) * SIDE)) as [number, number];
  const places = (start: number) =>
    Array.from({ length: SIDE }, (_, i) => {
      const at = Math.min(SIDE - 1, Math.max(0, start + scale * (i + 0.5) - 0.5));
      const first = Math.min(SIDE - 2, Math.floor(at));
      return [first, at - first] as const;
    });
  const [across, down] = [places(left), places(top)];
  const shown = new Float32Array(PIXELS);
  for (const [y, [row, below]] of down.entries()) {
    for (const [x, [column, right]] of across.entries()) {
      const at = row * SIDE + column;
      const upper = field[at]! + right * (field[at + 1]! - field[at]!);
      const lower = field[at + SIDE]! + right * (field[at + SIDE + 1]! - field[at + SIDE]!);
      shown[y * SIDE + x] = upper + below * (lower - upper);
    }
  }
  return shown;
}

/** On a black level that is this part of the mean. */
function onBlack(log: Float32Array, part: number): Float32Array {
  const values = log.map(Math.exp);
  const black = (part * values.reduce((a, b) => a + b, 0)) / PIXELS;
  return toLog(values.map(value => value + black));
}
