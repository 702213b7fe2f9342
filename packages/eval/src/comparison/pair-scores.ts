// How close a method came to both factors of a pair.
import { atBestScale, type Float32NdArray, imageAt } from '@blind-demod/arrays';
import type { Observations } from '../batches.js';
import { psnr } from '../metrics/psnr.js';
import { errorAtBestScale, errorWhereSeen } from '../metrics/relative-error.js';
import { type Scores, scoreAtBestScale } from '../metrics/scores.js';
import type { Estimates } from './method.js';

/** Every estimate is taken at its best scale. One with values that are not finite scores as a black one. */
export interface PairScores {
  /** Null for a method that does not estimate the signal. */
  readonly signal: SignalScores | null;
  /** Null for a method that does not estimate the distortion. */
  readonly distortion: DistortionScores | null;
  /** How long the method took, shared evenly among the pairs that it was given at once. */
  readonly seconds: number;
}

export interface SignalScores extends Scores {
  /** Whether its PSNR is higher than that of the observation that the method was given. */
  readonly better: boolean;
}

export interface DistortionScores {
  /** Over the whole image. */
  readonly relativeError: number;
  /** Where the true signal shows it. */
  readonly whereSeen: number;
}

/** The scores of each of n pairs, which took so many seconds together. */
export function scorePairs(
  estimates: Estimates,
  truth: Observations,
  { observation, seconds }: { observation: Float32NdArray; seconds: number },
): PairScores[] {
  const count = observation.shape[0]!;
  return Array.from({ length: count }, (_, pair) => {
    const [signal, distortion] = [imageAt(truth.signal, pair), imageAt(truth.distortion, pair)];
    return {
      signal:
        estimates.signal === undefined
          ? null
          : signalScores(imageAt(estimates.signal, pair), signal, imageAt(observation, pair)),
      distortion:
        estimates.distortion === undefined
          ? null
          : distortionScores(imageAt(estimates.distortion, pair).data, distortion.data, signal.data),
      seconds: seconds / count,
    };
  });
}

function signalScores(
  estimate: Float32NdArray,
  truth: Float32NdArray,
  observation: Float32NdArray,
): SignalScores {
  const scores = scoreAtBestScale(estimate, truth);
  return { ...scores, better: scores.psnr > psnr(atBestScale(observation.data, truth.data), truth.data) };
}

function distortionScores(
  estimate: Float32Array,
  truth: Float32Array,
  signal: Float32Array,
): DistortionScores {
  return {
    relativeError: errorAtBestScale(estimate, truth),
    whereSeen: errorWhereSeen(estimate, truth, signal),
  };
}
