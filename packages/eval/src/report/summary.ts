// The scores of all pairs in a few numbers: by method and condition, and of the estimates of an evaluation.
import { distribution, type Factor } from '@blind-demod/arrays';
import type { Named } from '../methods/method.js';
import { type Summary, summarise } from '../metrics/index.js';
import type { Condition } from '../trials/conditions.js';
import type { PairScores } from '../trials/scores.js';
import type { Judged, SolverScores } from './judgement.js';

/** The scores of every pair by one method under one condition. */
export interface Outcome {
  readonly condition: Condition;
  readonly method: Named;
  /** In the order of the pairs. */
  readonly scores: readonly PairScores[];
}

export interface MethodSummary {
  /** Null where the method does not estimate the signal. */
  readonly signal: Summary<'signal'> | null;
  /** Null where the method does not estimate the distortion. */
  readonly distortion: Summary<'distortion'> | null;
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
    signal: signals.length === 0 ? null : summarise('signal', signals),
    distortion: distortions.length === 0 ? null : summarise('distortion', distortions),
    secondsPerImage: distribution(scores.map(({ seconds }) => seconds)).mean,
  };
}

/** A summary, and the factor of which its estimates are. */
type Of<F extends Factor> = { readonly of: F } & Summary<F>;

export interface SolverSummary {
  readonly generator: Of<'signal'>;
  readonly refined: Of<'signal'>;
  readonly distortion: Of<'distortion'>;
}

/** By estimate; the observation is not compared with itself. */
export interface EvaluationSummary extends SolverSummary {
  readonly observation: Omit<Of<'signal'>, 'betterThanObservation'>;
}

/** Of the experiment's own solver. @throws TypeError when there are no pairs */
export function summariseEvaluation(judged: readonly Pick<Judged, 'scores'>[]): EvaluationSummary {
  const scores = judged.map(({ scores }) => scores);
  const { betterThanObservation: _, ...observation } = summarise(
    'signal',
    scores.map(({ observation }) => observation),
  );
  return { observation: { of: 'signal', ...observation }, ...summariseSolver(scores) };
}

/** @throws TypeError when there are no pairs */
export function summariseSolver(scores: readonly SolverScores[]): SolverSummary {
  const summaryOf = <F extends Factor>(of: F, estimate: keyof SolverScores) => ({
    of,
    ...summarise(of, scores.map(pair => pair[estimate]) as never),
  });
  return {
    generator: summaryOf('signal', 'generator'),
    refined: summaryOf('signal', 'refined'),
    distortion: summaryOf('distortion', 'distortion'),
  };
}
