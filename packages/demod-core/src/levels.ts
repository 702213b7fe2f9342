// What lies between the product of the factors and a picture of it: y = s · w ⊙ x + b, with an exposure s and a black
// level b of its own. Given the factors both are found in closed form, or nearly.
import { type Float32NdArray, float32, rowOf } from '@blind-demod/arrays';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Problem, turningPoint } from './problem.js';
import type { SolverSettings } from './settings.js';

/** Of each of n pictures. */
export interface Levels<T> {
  /** s > 0. */
  readonly exposure: T;
  readonly blackLevel: T;
}

export type LevelSettings = Pick<SolverSettings, 'exposure' | 'blackLevel'>;

/**
 * The powers of 1/√(1 + (r/δ)²) that weigh a pixel in one step after another. 1 is iteratively reweighted least squares,
 * which goes downhill from anywhere, and 3 is Newton's method, which is exact once it is near; 2 lies between them. From
 * residuals of any size these end within 1e-6 of the minimum wherever the product resembles the picture.
 */
const POWERS = [1, 1, 2, 3, 3];

/**
 * s and b of least misfit for the products of n problems, [n, 1, …]; b is 0 unless it is to be found.
 *
 * The misfit is convex in (s, b). Squares need one step from s = b = 0, a regression of y on the product; pseudo-Huber
 * follows from there.
 */
export function fitLevels(
  product: Tensor,
  { observation, observed, noise }: Problem<Tensor>,
  { robustness, blackLevel }: Pick<SolverSettings, 'robustness' | 'blackLevel'>,
): Levels<Tensor> {
  const axes = product.shape.slice(1).map((_, axis) => axis + 1);
  const sum = (values: Tensor) => tf.sum(values, axes, true);
  const seen = (values: Tensor) => (observed === undefined ? values : tf.mul(values, observed));
  const everywhere = observed ?? tf.onesLike(product);

  /** The minimum of Σ weight (dr + force/weight)² over changes dr = ds · p + db of the residual. */
  const change = (weight: Tensor, force: Tensor): Levels<Tensor> => {
    const weighted = tf.mul(weight, product);
    const [pp, fp] = [sum(tf.mul(weighted, product)), sum(tf.mul(force, product))];
    if (blackLevel === undefined) {
      return { exposure: tf.neg(tf.div(fp, positive(pp))), blackLevel: tf.zerosLike(fp) };
    }
    const [p, f, all] = [sum(weighted), sum(force), positive(sum(weight))];
    const determinant = positive(tf.sub(pp, tf.div(tf.mul(p, p), all)));
    const exposure = tf.div(tf.sub(tf.div(tf.mul(p, f), all), fp), determinant);
    return { exposure, blackLevel: tf.neg(tf.div(tf.add(f, tf.mul(p, exposure)), all)) };
  };

  let levels = change(everywhere, seen(tf.neg(observation)));
  const delta = robustness === undefined ? undefined : turningPoint(robustness, noise);
  for (const power of delta === undefined ? [] : POWERS) {
    const residual = tf.sub(asSeen(product, levels), observation);
    const flat = tf.reciprocal(tf.sqrt(tf.add(1, tf.square(tf.div(residual, delta!)))));
    const step = change(seen(power === 1 ? flat : tf.pow(flat, power)), seen(tf.mul(flat, residual)));
    levels = {
      exposure: tf.add(levels.exposure, step.exposure),
      blackLevel: tf.add(levels.blackLevel, step.blackLevel),
    };
  }
  return { ...levels, exposure: tf.maximum(levels.exposure, DIMMEST) };
}

/** s · p + b: the picture of a product. */
export const asSeen = (product: Tensor, { exposure, blackLevel }: Levels<Tensor>): Tensor =>
  tf.add(tf.mul(product, exposure), blackLevel);

/**
 * (y − b)/s: what pictures [n, …] would have been at an exposure of 1 and a black level of 0.
 *
 * @example
 * import { float32 } from '@blind-demod/arrays';
 * import { atUnitExposure } from '@blind-demod/demod-core';
 *
 * const picture = float32([1, 2], Float32Array.of(0.5, 1));
 * console.log(atUnitExposure(picture, { exposure: [2], blackLevel: [0] }).data[1]); // 0.5
 */
export function atUnitExposure(
  observation: Float32NdArray,
  { exposure, blackLevel }: Levels<ArrayLike<number>>,
): Float32NdArray {
  const size = observation.data.length / observation.shape[0]!;
  return float32(
    observation.shape,
    observation.data.map((y, i) => {
      const row = Math.floor(i / size);
      return (y - blackLevel[row]!) / exposure[row]!;
    }),
  );
}

/** Levels that were found of pictures in some units, as those of the pictures themselves. */
export const levelsIn = (units: Levels<Float32Array>, found: Levels<Float32Array>): Levels<Float32Array> => ({
  exposure: units.exposure.map((unit, index) => unit * found.exposure[index]!),
  blackLevel: units.blackLevel.map(
    (level, index) => level + units.exposure[index]! * found.blackLevel[index]!,
  ),
});

/**
 * About which exposure and black level pictures have, told by products that resemble them: those at which mean square and,
 * with a black level, mean are the same. A regression of the picture on another product would come out too dark.
 *
 * @param products [n, …] like the observations; one that is black says nothing, and its levels are 1 and 0.
 */
export function roughLevels(
  products: Float32NdArray,
  { observation, observed }: Problem<Float32NdArray>,
  { blackLevel }: LevelSettings,
): Levels<Float32Array> {
  const count = observation.shape[0]!;
  const levels = { exposure: new Float32Array(count).fill(1), blackLevel: new Float32Array(count) };
  for (let row = 0; row < count; row++) {
    const mask = observed && rowOf(observed, row);
    const about = (values: Float32Array) => {
      let [pixels, sum, squares] = [0, 0, 0];
      values.forEach((value, i) => {
        if (mask?.[i] === 0) return;
        pixels++;
        sum += value;
        squares += value * value;
      });
      const mean = blackLevel === undefined ? 0 : sum / Math.max(1, pixels);
      return { mean, deviation: Math.sqrt(Math.max(0, squares / Math.max(1, pixels) - mean * mean)) };
    };
    const [y, p] = [about(rowOf(observation, row)), about(rowOf(products, row))];
    if (!(y.deviation > 0 && p.deviation > 0)) continue;
    levels.exposure[row] = y.deviation / p.deviation;
    levels.blackLevel[row] = y.mean - levels.exposure[row]! * p.mean;
  }
  return levels;
}

/** Of pictures in units of their own products, so that one which has nothing in common with its product is divided by no 0. */
const DIMMEST = 1e-6;

const positive = (values: Tensor): Tensor => tf.maximum(values, 1e-12);
