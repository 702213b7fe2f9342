// The scores of all pairs in a few numbers.
import { type Distribution, distribution, type Factor } from '@blind-demod/arrays';
import { ESTIMATE_NAMES, ESTIMATES, type Estimate, type Judgement } from './judgement.js';
import type { Scores } from './metrics/scores.js';

export interface EstimateSummary extends Readonly<Record<keyof Scores, Distribution>> {
  /** The factor that it estimates. */
  readonly of: Factor;
  /** For estimates of the signal: the share of pairs where they have a higher PSNR than the observation. */
  readonly betterThanObservation?: number;
  /** For the distortion: its relative error where the signal shows it, ‖w ⊙ (x̂ − x)‖ / ‖w ⊙ x‖. */
  readonly whereSeen?: Distribution;
}

export type Summary = Readonly<Record<Estimate, EstimateSummary>>;

/** @throws TypeError when there are no pairs */
export function summarise(judgements: readonly Pick<Judgement, 'scores' | 'facts'>[]): Summary {
  const summaryOf = (estimate: Estimate): EstimateSummary => {
    const of = (metric: keyof Scores) =>
      distribution(judgements.map(({ scores }) => scores[estimate][metric]));
    const better = judgements.filter(({ scores }) => scores[estimate].psnr > scores.observation.psnr);
    const isCompared = estimate !== 'observation' && ESTIMATES[estimate] === 'signal';
    return {
      of: ESTIMATES[estimate],
      psnr: of('psnr'),
      ssim: of('ssim'),
      relativeError: of('relativeError'),
      ...(isCompared && { betterThanObservation: better.length / judgements.length }),
      ...(estimate === 'distortion' && {
        whereSeen: distribution(judgements.map(({ facts }) => facts.seenDistortionError)),
      }),
    };
  };
  return Object.fromEntries(ESTIMATE_NAMES.map(name => [name, summaryOf(name)])) as unknown as Summary;
}
