// How far a recovery is to be trusted, told without the truth.
import { type Float32NdArray, norm, rowOf, times } from '@blind-demod/arrays';
import { noiseLevels } from './noise.js';
import type { Problem } from './problem.js';

/** What a recovery is judged by; images at unit exposure, like the observation. */
export interface Judged {
  /** As the solver found them. */
  readonly signal: Float32NdArray;
  readonly distortion: Float32NdArray;
  readonly signalCode: Float32NdArray;
  /** Of the refined signal: see `refine`. */
  readonly signalDeviation: Float32NdArray;
}

/**
 * From this PSNR of the refined signal, in dB, a recovery counts as good: its error is below 1.8 % of the range of values, root
 * mean square, which the eye does not notice.
 */
export const GOOD_PSNR = 35;
/** Of the logistic function: `npm run doubt -w @blind-demod/eval` fits it. */
const LOGIT = { constant: 0.298, excess: 0.265, undrawn: -1.241, size: -3.935 };
/** Added to the share that is not drawn, so that a perfect fit has a logarithm. */
const LEAST_SHARE = 0.01;

/**
 * The probability that each observation is one that the generators know, and its refined signal good, which is that its PSNR
 * is at least 35 dB: a logistic function of what tells it, fitted to training pairs and to pictures that are none of them.
 *
 * @returns [n], from 0 to 1.
 */
export function confidenceOf(problem: Problem<Float32NdArray>, judged: Judged): Float32Array {
  return Float32Array.from(signsOf(problem, judged), ({ excess, undrawn, size }) => {
    const logit = LOGIT.constant + LOGIT.excess * excess + LOGIT.undrawn * undrawn + LOGIT.size * size;
    return 1 / (1 + Math.exp(-logit));
  });
}

/** What tells whether a recovery is good. */
export interface Signs {
  /** By how many decibels the PSNR that the deviations make expect is over that of a good one. */
  readonly excess: number;
  /** The logarithm of the share of the picture that the generators did not draw. */
  readonly undrawn: number;
  /** The logarithm of the root of the mean square of the signal's code: large where a generator is taken to where it was not trained. */
  readonly size: number;
}

/** The signs of each observation. */
export const signsOf = (problem: Problem<Float32NdArray>, judged: Judged): Signs[] =>
  Array.from(undrawnShares(problem, judged), (share, row) => {
    const code = rowOf(judged.signalCode, row);
    return {
      excess: expectedPsnr(rowOf(judged.signalDeviation, row)) - GOOD_PSNR,
      undrawn: Math.log(share + LEAST_SHARE),
      size: Math.log(Math.max(norm(code) / Math.sqrt(code.length), 1e-3)),
    };
  });

/** The PSNR of an image whose pixels have these standard deviations, in dB. */
export const expectedPsnr = (deviation: Float32Array): number =>
  -20 * Math.log10(Math.max(norm(deviation) / Math.sqrt(deviation.length), 1e-5));

/**
 * ‖ŵ ⊙ x̂ − y‖ / ‖y‖ of each observation over the pixels that were seen, with what noise adds to the residual taken off: large
 * where the generators could not draw what is there.
 *
 * @returns [n]; 1 where nothing was seen.
 */
export function undrawnShares(
  { observation, observed }: Problem<Float32NdArray>,
  { signal, distortion }: Pick<Judged, 'signal' | 'distortion'>,
): Float32Array {
  return Float32Array.from(noiseLevels(observation, observed), (noise, row) => {
    const mask = observed && rowOf(observed, row);
    const seen = (image: Float32Array) => (mask ? times(image, mask) : image);
    const y = seen(rowOf(observation, row));
    const product = seen(times(rowOf(signal, row), rowOf(distortion, row)));
    const pixels = mask ? mask.reduce((sum, one) => sum + one, 0) : y.length;
    const residual = norm(product.map((value, i) => value - y[i]!)) ** 2 - pixels * noise ** 2;
    const all = norm(y);
    return all === 0 ? 1 : Math.sqrt(Math.max(0, residual)) / all;
  });
}
