// The scores of a method under a condition in a few numbers.
import { type Distribution, distribution } from '@blind-demod/arrays';
import type { Condition } from './conditions.js';
import type { Named } from './method.js';
import type { PairScores } from './pair-scores.js';

/** The scores of every pair by one method under one condition. */
export interface Outcome {
  readonly condition: Condition;
  readonly method: Named;
  /** In the order of the pairs. */
  readonly scores: readonly PairScores[];
}

export interface MethodSummary {
  readonly signal: {
    readonly psnr: Distribution;
    readonly ssim: Distribution;
    readonly relativeError: Distribution;
    /** The share of pairs where the estimate has a higher PSNR than the observation. */
    readonly betterThanObservation: number;
  } | null;
  readonly distortion: {
    readonly relativeError: Distribution;
    readonly whereSeen: Distribution;
  } | null;
  readonly secondsPerImage: number;
}

export interface Summarised {
  readonly condition: Named;
  readonly method: Named;
  readonly summary: MethodSummary;
}

/** @throws TypeError when there are no pairs */
export function summariseScores(scores: readonly PairScores[]): MethodSummary {
  const signals = scores.flatMap(({ signal }) => signal ?? []);
  const distortions = scores.flatMap(({ distortion }) => distortion ?? []);
  return {
    signal:
      signals.length === 0
        ? null
        : {
            psnr: distribution(signals.map(({ psnr }) => psnr)),
            ssim: distribution(signals.map(({ ssim }) => ssim)),
            relativeError: distribution(signals.map(({ relativeError }) => relativeError)),
            betterThanObservation: signals.filter(({ better }) => better).length / signals.length,
          },
    distortion:
      distortions.length === 0
        ? null
        : {
            relativeError: distribution(distortions.map(({ relativeError }) => relativeError)),
            whereSeen: distribution(distortions.map(({ whereSeen }) => whereSeen)),
          },
    secondsPerImage: distribution(scores.map(({ seconds }) => seconds)).mean,
  };
}
