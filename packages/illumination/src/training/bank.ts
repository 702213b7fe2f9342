// Procedural pictures, each under a light, as the network is trained on.

import { type RandomStream, randomStream } from '@blind-demod/arrays';
import { between, drawIllumination, renderLight } from '@blind-demod/distortion-data';
import { project, render, TERMS } from '../basis.js';
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
/** How often pictures are shown as they are asked about again: with most of the light divided out. */
const ASKED_AGAIN = 0.4;
/** At most this part of the light is left then, and an error of such a size. */
const LEFT = 0.3;
const ERROR = [0.001, 0.03] as const;
/** Fields of noise that are drawn: a picture's begins anywhere in them. */
const NOISE_FIELDS = 32;

/** What can be shown in one series. */
export interface Scenes {
  /** [side · side] logarithms under even light. */
  readonly logs: readonly Float32Array[];
  /** Standard deviation of what is added to them. */
  readonly noise: number;
  /** How often random windows of them are shown, not all of each. */
  readonly windows: number;
}

/** What is drawn beforehand, as drawing is dear. Lights are logarithms, too, [side · side]. */
export interface Bank {
  readonly scenes: readonly Scenes[];
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
      const logs = Array.from({ length: each }, () => toLog(scene(random, SIDE).map(Math.exp)));
      return { logs, noise, windows: WINDOWS };
    }),
    lights: Array.from({ length: lights }, (_, index) => {
      const log = renderLight(drawIllumination(randomStream(seed, 'light', index)), SIDE).map(Math.log);
      return { log, coefficients: project(log, SIDE, SIDE) };
    }),
    noise: randomStream(seed, 'noise').normals(NOISE_FIELDS * PIXELS),
  };
}

export interface Example {
  /** Logarithms of mean 0. */
  readonly pictures: readonly Float32Array[];
  /** Of the coefficients of the logarithm of their light: what has been divided out of the pictures, and what is left. */
  readonly known: Float64Array;
  readonly left: Float64Array;
}

/** A series under one light, scenes and light turned as they come. */
export function drawExample(bank: Bank, count: number, random: RandomStream): Example {
  const one = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const light = one(bank.lights);
  const lies = random.integer(ORIENTATIONS);
  const log = orient(light.log, SIDE, lies);
  const { logs, noise, windows } = one(bank.scenes);
  const scale = random.uniform() < windows ? between(random, SMALLEST, 1) : 1;
  const first = random.integer(logs.length);
  const shown = Array.from({ length: count }, (_, index) => {
    const [left, top] = [0, 0].map(() => between(random, 0, (1 - scale) * SIDE)) as [number, number];
    const scene = windowOf(logs[(first + index) % logs.length]!, scale, left, top);
    return orient(scene, SIDE, random.integer(ORIENTATIONS));
  });
  const black =
    random.uniform() < WITH_BLACK ? Math.exp(between(random, Math.log(BLACK[0]), Math.log(BLACK[1]))) : 0;
  for (const scene of shown) for (let i = 0; i < PIXELS; i++) scene[i]! += log[i]!;
  const lit = black > 0 ? onBlack(shown, black) : shown;
  const pictures = lit.map(picture => {
    const start = random.integer(bank.noise.length - PIXELS);
    return centred(picture.map((value, i) => value + noise * bank.noise[start + i]!));
  });
  const truth = orientTerms(light.coefficients, lies);
  if (random.uniform() >= ASKED_AGAIN)
    return { pictures, known: new Float64Array(truth.length), left: truth };
  const left = leftOf(truth, random);
  const known = truth.map((value, term) => value - left[term]!);
  const field = render(known, SIDE, SIDE);
  return { pictures: pictures.map(log => centred(log.map((v, i) => v - field[i]!))), known, left };
}

/** What a first answer leaves of a light: a part of it, and an error of its own. */
function leftOf(truth: Float64Array, random: RandomStream): Float64Array {
  const part = LEFT * random.uniform() ** 2;
  const error = Math.exp(between(random, Math.log(ERROR[0]), Math.log(ERROR[1])));
  return truth.map((value, term) => {
    const [i, j] = TERMS[term]!;
    return part * value + (error / (i + j)) * random.normal();
  });
}

/** A square of a field, enlarged to its size: linear between its pixels. */
function windowOf(field: Float32Array, scale: number, left: number, top: number): Float32Array {
  if (scale === 1) return field.slice();
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

/** On a black level that is this part of their mean. */
function onBlack(logs: readonly Float32Array[], part: number): Float32Array[] {
  const values = logs.map(log => log.map(Math.exp));
  const sum = values.reduce((all, one) => all + one.reduce((a, b) => a + b, 0), 0);
  const black = (part * sum) / (logs.length * PIXELS);
  return values.map(one => toLog(one.map(value => value + black)));
}
