// The network that tells a scene from a light. It goes down through four convolutions that halve, and up again to 16 × 16 cells. Of
// pairs of cells it says how much the picture's own scene differs between the two, and how far what remains is to be trusted as
// light; of the whole picture, what its light looks like. The light of a series is the least squares of all that: after Weiss
// (2001), who takes the median of such differences over many pictures, but from one picture on, as what is scene is learnt.

import { float32, type NdArray, type RandomStream } from '@blind-demod/arrays';
import { dense, type Parameters, PLACES, randomLayer, resizeBilinear, withPlaces } from '@blind-demod/dcgan';
import { type Convolution, convolve, swish } from '@blind-demod/demod-core';
import { constant } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { TERMS } from './basis.js';
import { CELLS, designOf, PAIRS, ROWS } from './cells.js';

/** Side of the reduced pictures that the network sees. */
export const SIDE = 64;

/** [rows, terms]: see `cells.ts`. */
export const DESIGN = designOf(SIDE);

/** Squares of so many pixels each way become one pixel, each of theirs a channel. */
const FOLD = 2;
const FOLDED = SIDE / FOLD;
/** Channels on the way down, from 16 × 16 to 2 × 2, and on the way up, from 4 × 4. */
const DOWN = [32, 64, 96, 128] as const;
const UP = [64, 48, 32] as const;
const HIDDEN = 192;
/** For each kind of pair: the scene's own brightness, and the trust in the cell as one or as the other of the two. */
const MAPS = 3;
/** Differences of logarithms below this count by their square, above it by their size. */
const SMALL = 0.1;
/** Logarithms of a pair's weight and of a term's precision before anything is learnt, and the most that they can be. */
const FIRST_TRUST = -4;
const FIRST_PRECISION = 2;
const MOST = 10;
/** Before anything is learnt, terms of degree 1 are thought to be about this large, those of degree d a d-th of it. */
const FIRST_SIZE = 0.15;

/** Random weights. The last layer is what is known of a light before any picture is seen: the log precision of each term. */
export function initialEncoder(random: RandomStream): Parameters<NdArray> {
  const mixing = (inputs: number, outputs: number, gain = Math.SQRT2) =>
    randomLayer([outputs, inputs, 1, 1], outputs, random, gain);
  const trust = mixing(UP.at(-1)!, MAPS * PAIRS.length, 0.1);
  trust.bias.data.fill(FIRST_TRUST / 2, PAIRS.length);
  const whole = randomLayer([HIDDEN, 2 * TERMS.length], 2 * TERMS.length, random, 0.1);
  whole.bias.data.fill(FIRST_PRECISION, TERMS.length);
  const sizes = TERMS.map(([i, j]) => FIRST_SIZE / (i + j));
  return [
    ...DOWN.map((width, index) => {
      const inputs = DOWN[index - 1] ?? FOLD ** 2 + PLACES;
      return randomLayer([width, inputs, 3, 3], width, random);
    }),
    ...UP.flatMap((width, index) => [
      mixing(UP[index - 1] ?? DOWN.at(-1)!, width),
      mixing(DOWN.at(-2 - index)!, width),
    ]),
    trust,
    randomLayer([DOWN.at(-1)! * LAST_SIDE ** 2, HIDDEN], HIDDEN, random),
    whole,
    {
      weight: float32(
        [TERMS.length],
        Float32Array.from(sizes, size => -2 * Math.log(size)),
      ),
    },
  ];
}
const LAST_SIDE = FOLDED / 2 ** DOWN.length;

/** Pictures of several series. */
export interface Grouped<T> {
  /** [pictures, 1, 64, 64] logarithms of mean 0. */
  readonly pictures: T;
  /** [series, pictures]: 1 where the picture is one of the series, else 0. */
  readonly members: T;
}

/** What each series tells of the coefficients c of its light: the logarithm of the likelihood is −½ cᵀ · precision · c + pull · c. */
export interface Answer<T> {
  /** [series, terms, terms] */
  readonly precision: T;
  /** [series, terms] */
  readonly pull: T;
}

/** To be called inside a compiled function. */
export function encode(
  parameters: Parameters<Tensor>,
  { pictures, members }: Grouped<Tensor>,
): Answer<Tensor> {
  const count = TERMS.length;
  const { trust, remains, precision, pull } = look(parameters, pictures);
  const together = (rows: Tensor) => tf.matMul(members as tf.Tensor2D, rows as tf.Tensor2D);
  const ofPairs = tf.matMul(together(trust), constant(squares()) as tf.Tensor2D);
  const ofWhole = tf.mul(tf.expandDims(together(precision), 2), tf.expandDims(tf.eye(count), 0));
  const design = constant(float32([ROWS, count], DESIGN)) as tf.Tensor2D;
  return {
    precision: tf.add(tf.reshape(ofPairs, [-1, count, count]), ofWhole),
    pull: tf.add(tf.matMul(together(tf.mul(trust, remains)), design), together(pull)),
  };
}

/** The logarithm of the precision of each term, of what is known before any picture is seen. */
export const priorOf = <T>(parameters: Parameters<T>): T => parameters.at(-1)!.weight;

/** [rows, terms · terms]: each row of the design times itself. */
function squares(): NdArray {
  const count = TERMS.length;
  const all = new Float32Array(ROWS * count * count);
  for (let row = 0; row < ROWS; row++) {
    const terms = DESIGN.subarray(row * count, (row + 1) * count);
    for (const [i, term] of terms.entries())
      all.set(
        terms.map(other => term * other),
        (row * count + i) * count,
      );
  }
  return float32([ROWS, count * count], all);
}

/** What is seen in each picture. */
export interface Seen<T> {
  /** [pictures, rows]: the weight of each pair of cells, and the difference that remains between them. */
  readonly trust: T;
  readonly remains: T;
  /** [pictures, terms]: what the whole picture tells of each term, its precision, and that times the term. */
  readonly precision: T;
  readonly pull: T;
}

/** To be called inside a compiled function. */
export function look(parameters: Parameters<Tensor>, pictures: Tensor): Seen<Tensor> {
  const layers = parameters as readonly Convolution<Tensor>[];
  const count = pictures.shape[0]!;
  const down: Tensor[] = [];
  for (const layer of layers.slice(0, DOWN.length))
    down.push(swish(convolve(down.at(-1) ?? withPlaces(fold(pictures)), layer, 2)));
  const ways = layers.slice(DOWN.length, DOWN.length + 2 * UP.length);
  const [trustLayer, hidden, whole] = layers.slice(DOWN.length + 2 * UP.length);
  const up = UP.reduce((seen: Tensor, _, index) => {
    const beside = convolve(down.at(-2 - index)!, ways[2 * index + 1]!);
    const above = convolve(seen, ways[2 * index]!);
    return swish(tf.add(resizeBilinear(above, 2 * above.shape.at(-1)!), beside));
  }, down.at(-1)!);

  const [scene, near, far] = tf.split(convolve(up, trustLayer!), MAPS, 1) as [Tensor, Tensor, Tensor];
  const width = SIDE / CELLS;
  const cells = tf.mean(tf.reshape(pictures, [-1, 1, CELLS, width, CELLS, width]), [3, 5]);
  const withoutScene = tf.sub(cells, scene);
  const remains = tf.sub(atOther(withoutScene), withoutScene);
  const robust = tf.sqrt(tf.add(tf.square(tf.div(remains, SMALL)), 1));
  const trust = tf.div(tf.exp(tf.minimum(tf.add(near, atOther(far)), MOST)), robust);

  const said = dense(swish(dense(tf.reshape(down.at(-1)!, [count, -1]), hidden!)), whole!);
  const [coefficients, logPrecision] = tf.split(said, 2, 1) as [Tensor, Tensor];
  const precision = tf.exp(tf.minimum(logPrecision, MOST));
  const flat = (maps: Tensor) => tf.reshape(maps, [count, ROWS]);
  return { trust: flat(trust), remains: flat(remains), precision, pull: tf.mul(precision, coefficients) };
}

/** Maps [n, kinds of pairs, 16, 16]: what is at the other cell of each pair; 0 where that is not in the picture. */
function atOther(maps: Tensor): Tensor {
  const shifted = PAIRS.map(([right, down], pair) => {
    const inside = tf.slice(maps, [0, pair, down, right], [-1, 1, CELLS - down, CELLS - right]);
    return tf.pad(inside, [
      [0, 0],
      [0, 0],
      [0, down],
      [0, right],
    ]);
  });
  return tf.concat(shifted, 1);
}

/** [n, 1, side, side] with the pixels of each square of 2 × 2 as channels: [n, 4, side / 2, side / 2]. */
function fold(pictures: Tensor): Tensor {
  const squares = tf.reshape(pictures, [-1, FOLDED, FOLD, FOLDED, FOLD]);
  return tf.reshape(tf.transpose(squares, [0, 2, 4, 1, 3]), [-1, FOLD ** 2, FOLDED, FOLDED]);
}
