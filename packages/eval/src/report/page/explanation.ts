// Why a pair went wrong, from what was measured of it and of all the others.

import { median } from '@blind-demod/arrays';
import { toDigits } from '@blind-demod/picture';
import { rankCorrelation } from '../../metrics/rank-correlation.js';
import type { Judged } from '../judgement.js';

type Measured = Pick<Judged, 'facts' | 'scores'>;

interface Cause {
  readonly fact: 'residual' | 'dark' | 'seen' | 'startGap';
  readonly name: string;
  /** Whether much of it makes a recovery hard, or little. */
  readonly hard: 'much' | 'little';
  /** In words, given the number of the pair and that of the median pair. */
  tell(own: number, typical: number): string;
}

const CAUSES: readonly Cause[] = [
  {
    fact: 'residual',
    name: 'residual ‖ŵ ⊙ x̂ − y‖ / ‖y‖',
    hard: 'much',
    tell: (own, typical) =>
      `What the generators drew misses the observation by ${share(own)} (median pair: ${share(typical)}): a stroke that they cannot draw, or a search that got stuck`,
  },
  {
    fact: 'dark',
    name: 'share of the signal in the dark',
    hard: 'much',
    tell: (own, typical) =>
      `Of the signal, ${share(own)} lies where the distortion is dark (median pair: ${share(typical)}): errors are magnified there`,
  },
  {
    fact: 'seen',
    name: 'share of the image that is bright',
    hard: 'little',
    tell: (own, typical) =>
      `Only ${share(own)} of the image is bright enough to see (median pair: ${share(typical)})`,
  },
  {
    fact: 'startGap',
    name: 'gap between the two best starts',
    hard: 'much',
    tell: (own, typical) =>
      `The starts disagree: the next best ended at ${times(own)} the objective (median pair: ${times(typical)})`,
  },
];

/** A cause is considered where its rank correlation with the refined PSNR, over all pairs, is at least so strong. */
export const RELATED = 0.2;
/** It is named where at least this fraction of the other pairs are less hard in this respect. */
const UNUSUAL = 0.8;
/** At most so many causes are named. */
const NAMED = 2;

/** How each cause that was measured goes with the refined PSNR: the rank correlation over all pairs. */
export function correlations(all: readonly Measured[]): (Cause & { readonly correlation: number })[] {
  const psnrs = all.map(({ scores }) => scores.refined.psnr);
  return CAUSES.filter(({ fact }) => all.every(({ facts }) => facts[fact] !== undefined)).map(cause => {
    const values = all.map(({ facts }) => facts[cause.fact]!);
    return { ...cause, correlation: rankCorrelation(values, psnrs) };
  });
}

/**
 * How wrong the distortion is where the signal shows it, from which nearly all of the refined signal's error comes, and
 * in what the pair is unusually hard, the most unusual first, of all that goes with the error.
 */
export function explanation({ facts, scores }: Measured, all: readonly Measured[]): string {
  const { whereSeen: seen, relativeError: whole } = scores.distortion;
  const typical = median(all.map(other => other.scores.distortion.whereSeen));
  const unseen =
    whole > 2 * seen && facts.seen < 0.5
      ? `, and ${share(whole)} over the whole image, most of which is too dark to show it`
      : '';
  const causes = correlations(all)
    .filter(({ correlation, hard }) => (hard === 'much' ? -correlation : correlation) >= RELATED)
    .map(({ fact, hard, tell }) => {
      const values = all.map(other => other.facts[fact]!);
      return { rank: rank(facts[fact]!, values, hard), told: tell(facts[fact]!, median(values)) };
    })
    .filter(({ rank }) => rank >= UNUSUAL)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, NAMED)
    .map(({ told }) => told);
  return [
    `The distortion is ${share(seen)} off where the signal shows it (median pair: ${share(typical)})${unseen}`,
    ...(causes.length > 0 ? causes : ['Nothing else that was measured stands out']),
  ]
    .map(sentence => `${sentence}.`)
    .join(' ');
}

/** The fraction of the other pairs that are less hard; 0 when there are no others. */
function rank(own: number, values: readonly number[], hard: Cause['hard']): number {
  const easier = values.filter(value => (hard === 'much' ? value < own : value > own));
  return easier.length / Math.max(1, values.length - 1);
}

const share = (fraction: number) => `${toDigits(100 * fraction, 2)} %`;
const times = (ratio: number) => `${ratio.toFixed(1)} times`;
