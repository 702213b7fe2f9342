// Line 1 of Algorithm 1: where the search starts.
import { type Float32NdArray, float32, median, randomStream, takeRows } from '@blind-demod/arrays';
import { compile, type Device } from '@blind-demod/jit';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { drawingOf } from './images-of-many.js';
import type { LevelSettings } from './levels.js';
import type { GenerativePrior, Priors } from './prior.js';
import type { Problem } from './problem.js';
import type { SolverSettings } from './settings.js';

/** Codes of every start, [n × restarts, latent dimension], an observation's restarts side by side. */
export interface Codes {
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
}

/** A network that was trained to say, of products of two priors' images, which codes they are of. */
export interface Encoder {
  /**
   * The codes [n, latent dimension] of both factors of n observations, about.
   * To be called inside a compiled function.
   */
  encode(problem: Problem<Tensor>): { readonly signal: Tensor; readonly distortion: Tensor };
}

export type StartSettings = Pick<SolverSettings, 'starts' | 'draws' | 'restarts' | 'exposure' | 'blackLevel'>;

/** How `chooseStarts` chooses. */
export interface StartOptions {
  readonly settings: StartSettings;
  readonly seed: number;
  /** Number of the first observation; 0 when absent. */
  readonly first?: number | undefined;
  readonly device: Device;
  /** Of the two priors; only learned starts need it. */
  readonly encoder?: Encoder | undefined;
  /** How many observations, one after the other, are of the same distortion; 1 when absent. */
  readonly group?: number | undefined;
}

/**
 * Where the search starts by the settings: at random codes, with `draws` at the best of many drawn pairs, or where the encoder
 * says.
 *
 * @param problem a row for each observation.
 * @returns `restarts` codes of each factor for each observation.
 * @throws TypeError if the starts are learned ones and there is no encoder.
 * @example
 * import { chooseStarts, randomReluPrior } from '@blind-demod/demod-core';
 * import { float32 } from '@blind-demod/jit';
 *
 * const prior = name => randomReluPrior({ widths: [2, 10, 30], seed: 1, name });
 * const observation = float32([1, 30], new Float32Array(30).fill(0.5));
 * const options = { settings: { draws: 8, restarts: 3 }, seed: 1, device: 'cpu' };
 * const starts = await chooseStarts([prior('signal'), prior('distortion')], { observation }, options);
 * console.log(starts.signal.shape); // [ 3, 2 ]
 */
export function chooseStarts(
  priors: Priors,
  problem: Problem<Float32NdArray>,
  { settings: { starts, draws, ...settings }, seed, first = 0, device, encoder, group = 1 }: StartOptions,
): Codes | Promise<Codes> {
  if (starts === 'learned') {
    if (encoder === undefined) throw new TypeError('expected an encoder for the learned starts, got none');
    return learnedStarts(problem, { encoder, group, first, restarts: settings.restarts, seed, device });
  }
  if (draws !== undefined) return drawnStarts(priors, problem, { ...settings, draws, seed, device });
  return randomStarts(priors, {
    count: problem.observation.shape[0]!,
    first,
    restarts: settings.restarts,
    seed,
  });
}

/** Standard normal codes, as in training; those of an observation depend on the seed and its number alone. */
export function randomStarts(
  [signalPrior, distortionPrior]: Priors,
  { count, first, restarts, seed }: { count: number; first: number; restarts: number; seed: number },
): Codes {
  const codes = ({ latentDimension }: GenerativePrior, factor: string) => {
    const data = new Float32Array(count * restarts * latentDimension);
    for (let row = 0; row < count * restarts; row++) {
      const random = randomStream(seed, 'start', factor, first + Math.floor(row / restarts), row % restarts);
      data.set(random.normals(latentDimension), row * latentDimension);
    }
    return float32([count * restarts, latentDimension], data);
  };
  return { signal: codes(signalPrior, 'signal'), distortion: codes(distortionPrior, 'distortion') };
}

/** How far from the encoder's answer other starts are: standard deviations of codes that are standard normal in training. */
const APART = { signal: 1, distortion: 0.3 };

/**
 * The encoder's answer for each observation, and for further starts codes around it. For a group, the answer of the distortion
 * is the median over its observations.
 *
 * @param problem a row for each observation.
 */
export async function learnedStarts(
  problem: Problem<Float32NdArray>,
  {
    encoder,
    group,
    first,
    restarts,
    seed,
    device,
  }: { encoder: Encoder; group: number; first: number; restarts: number; seed: number; device: Device },
): Promise<Codes> {
  const program = await compile((given: Problem<Tensor>) => encoder.encode(given), problem, { device });
  const { signal, distortion } = (await program.run(problem)) as Codes;
  await program.dispose();
  const around = ({ shape, data }: Float32NdArray, factor: keyof Codes) => {
    const [count, length] = shape as [number, number];
    const codes = new Float32Array(count * restarts * length);
    for (let row = 0; row < count * restarts; row++) {
      const [observation, restart] = [Math.floor(row / restarts), row % restarts];
      const random = randomStream(seed, 'around', factor, first + observation, restart);
      const apart = restart === 0 ? 0 : APART[factor];
      const answer = data.subarray(observation * length, (observation + 1) * length);
      codes.set(
        random.normals(length).map((normal, i) => answer[i]! + apart * normal),
        row * length,
      );
    }
    return float32([count * restarts, length], codes);
  };
  return { signal: around(signal, 'signal'), distortion: around(pooled(distortion, group), 'distortion') };
}

/** The median of each number of every `group` codes, in the place of each. */
function pooled({ shape, data }: Float32NdArray, group: number): Float32NdArray {
  const length = shape[1]!;
  return float32(
    shape,
    data.map((_, i) => {
      const start = Math.floor(i / length / group) * group;
      return median(
        Array.from({ length: group }, (_, member) => data[(start + member) * length + (i % length)]!),
      );
    }),
  );
}

/**
 * Of `draws` standard normal codes of each factor, the same for every observation, those pairs whose products are
 * nearest to it, no code in two of an observation's pairs.
 *
 * With p = w ⊙ x, ‖p − y‖² = ⟨w², x²⟩ − 2 ⟨y ⊙ w, x⟩ + ‖y‖²: two matrix products judge all draws² pairs. At the best
 * exposure it is ‖y‖² − ⟨y, p⟩²/‖p‖², and with the best black level the same of y and p less their means, for which ⟨w, x⟩ is
 * a third product.
 *
 * @param problem a row for each observation.
 */
export async function drawnStarts(
  [signalPrior, distortionPrior]: Priors,
  problem: Problem<Float32NdArray>,
  {
    draws,
    restarts,
    exposure,
    blackLevel,
    seed,
    device,
  }: { draws: number; restarts: number; seed: number; device: Device } & LevelSettings,
): Promise<Codes> {
  const draw = ({ latentDimension }: GenerativePrior, factor: string) =>
    float32([draws, latentDimension], randomStream(seed, 'draws', factor).normals(draws * latentDimension));
  const drawn = {
    signal: draw(signalPrior, 'signal'),
    distortion: draw(distortionPrior, 'distortion'),
  };
  const images = {
    signal: await imagesOfMany(signalPrior, drawn.signal, device),
    distortion: await imagesOfMany(distortionPrior, drawn.distortion, device),
  };

  /** ‖p − y‖² over the observed pixels but for what is the same of every pair, for one y and every pair: [draws, draws]. */
  const judge = await compile(
    (input: { signal: Tensor; distortion: Tensor; observation: Tensor; observed: Tensor }) => {
      const w = tf.mul(input.signal, input.observed) as tf.Tensor2D;
      const withDistortion = (left: Tensor, right = input.distortion) =>
        tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D, false, true);
      const yp = withDistortion(tf.mul(w, input.observation));
      const pp = withDistortion(tf.square(w), tf.square(input.distortion));
      if (exposure === undefined) return tf.sub(pp, tf.mul(yp, 2));
      if (blackLevel === undefined) return explained(yp, pp);
      const [p, y] = [withDistortion(w), tf.sum(tf.mul(input.observation, input.observed))];
      const pixels = tf.maximum(tf.sum(input.observed), 1);
      return explained(tf.sub(yp, tf.div(tf.mul(p, y), pixels)), tf.sub(pp, tf.div(tf.square(p), pixels)));
    },
    { ...images, ...rowOf(problem, 0) },
    { device },
  );
  const rows: Record<keyof Codes, number[]> = { signal: [], distortion: [] };
  for (let row = 0; row < problem.observation.shape[0]!; row++) {
    const { data } = await judge.run({ ...images, ...rowOf(problem, row) });
    for (const pair of bestPairs(data as Float32Array, draws, restarts)) {
      rows.signal.push(Math.floor(pair / draws));
      rows.distortion.push(pair % draws);
    }
  }
  await judge.dispose();
  return {
    signal: takeRows(drawn.signal, rows.signal),
    distortion: takeRows(drawn.distortion, rows.distortion),
  };
}

/** The images [n, ℓ] of codes. */
async function imagesOfMany(
  prior: GenerativePrior,
  codes: Float32NdArray,
  device: Device,
): Promise<Float32NdArray> {
  const drawing = await drawingOf(prior, codes.shape[0]!, device);
  const images = await drawing.draw(codes);
  await drawing.dispose();
  return images;
}

/** −⟨y, p⟩²/‖p‖², and 0 where the exposure would be negative. */
const explained = (yp: Tensor, pp: Tensor): Tensor =>
  tf.neg(tf.div(tf.square(tf.relu(yp)), tf.maximum(pp, 1e-12)));

/** One observation and its mask, [1, ℓ] each. */
function rowOf({ observation, observed }: Problem<Float32NdArray>, row: number) {
  const flat = (array: Float32NdArray) => {
    const { data } = takeRows(array, [row]);
    return float32([1, data.length], data);
  };
  const y = flat(observation);
  return {
    observation: y,
    observed: observed ? flat(observed) : float32(y.shape, new Float32Array(y.data.length).fill(1)),
  };
}

/** The `count` least entries of a matrix of `size` columns, no two in one row or one column. */
function bestPairs(values: Float32Array, size: number, count: number): number[] {
  const pairs: number[] = [];
  while (pairs.length < count) {
    let best: number | undefined;
    values.forEach((value, pair) => {
      if (best !== undefined && !(value < values[best]!)) return;
      const taken = pairs.some(
        other => Math.floor(other / size) === Math.floor(pair / size) || other % size === pair % size,
      );
      if (!taken) best = pair;
    });
    pairs.push(best!);
  }
  return pairs;
}
