// The record of a score: how close a method came to both factors of a pair.
import {
  atBestScale,
  type ByFactor,
  type Factor,
  type Float32NdArray,
  float32,
  imageAt,
} from '@blind-demod/arrays';
import { z } from 'zod';
import type { Estimates } from '../methods/method.js';
import { metricsOf, type Scores } from '../metrics/index.js';
import type { Compared } from '../metrics/metric.js';
import type { Observations } from './batches.js';

/** Every estimate is taken at its best scale. One with values that are not finite scores as a black one. */
export interface PairScores {
  /** Null for a method that does not estimate the signal. */
  readonly signal: Scores<'signal'> | null;
  /** Null for a method that does not estimate the distortion. */
  readonly distortion: Scores<'distortion'> | null;
  /** How long the method took, shared evenly among the pairs that it was given at once. */
  readonly seconds: number;
}

const scoresSchema = <F extends Factor>(factor: F) =>
  z.object(
    Object.fromEntries(
      metricsOf(factor).map(([name, { kind, of }]) => {
        const score = kind === 'share' ? z.boolean() : z.number();
        return [name, of[factor]!.optional ? score.optional() : score];
      }),
    ),
  ) as unknown as z.ZodType<Scores<F>>;

/** What a record read from a file must be. */
export const pairScoresSchema: z.ZodType<PairScores> = z.object({
  signal: scoresSchema('signal').nullable(),
  distortion: scoresSchema('distortion').nullable(),
  seconds: z.number().min(0),
});

/** The record of each of n pairs, which took so many seconds together. */
export function scorePairs(
  estimates: Estimates,
  truth: Observations,
  { observation, seconds }: { observation: Float32NdArray; seconds: number },
): PairScores[] {
  const count = observation.shape[0]!;
  return Array.from({ length: count }, (_, pair) => {
    const scores = <F extends Factor>(factor: F) => {
      const estimate = estimates[factor];
      if (estimate === undefined) return null;
      const images = { signal: imageAt(truth.signal, pair), distortion: imageAt(truth.distortion, pair) };
      const deviation = estimates.deviations?.[factor];
      return scoreEstimate(factor, imageAt(estimate, pair), images, {
        observation: imageAt(observation, pair),
        deviation: deviation && imageAt(deviation, pair),
      });
    };
    return { signal: scores('signal'), distortion: scores('distortion'), seconds: seconds / count };
  });
}

/** The scores of one estimate by every metric of its factor; every image is [channels, size, size]. */
export function scoreEstimate<F extends Factor>(
  factor: F,
  estimate: Float32NdArray,
  images: ByFactor<Float32NdArray>,
  others: Pick<Compared, 'observation' | 'deviation'>,
): Scores<F> {
  const truth = images[factor];
  const scaled = float32(truth.shape, atBestScale(estimate.data, truth.data));
  const compared = { estimate, scaled, truth, signal: images.signal, ...others };
  return Object.fromEntries(
    metricsOf(factor).flatMap(([name, { score }]) => {
      const value = score(compared);
      return value === undefined ? [] : [[name, value]];
    }),
  ) as Scores<F>;
}
