// Why a pair went wrong, from what was measured of it and of all the others.
import type { Facts } from '../facts.js';
import type { Judged } from '../judgement.js';
import { quantile } from '../statistics.js';

interface Cause {
  readonly fact: 'residual' | 'seen' | 'lightLost' | 'startGap';
  /** Whether much of it makes a recovery hard, or little. */
  readonly hard: 'much' | 'little';
  /** In words, given the number of the pair and that of the median pair. */
  tell(own: number, typical: number): string;
}

const CAUSES: readonly Cause[] = [
  {
    fact: 'residual',
    hard: 'much',
    tell: (own, typical) =>
      `What the generators drew misses the observation by ${share(own)} (median pair: ${share(typical)}): a stroke that they cannot draw, or a search that got stuck`,
  },
  {
    fact: 'seen',
    hard: 'little',
    tell: (own, typical) =>
      `Only ${share(own)} of the image is bright enough to see (median pair: ${share(typical)})`,
  },
  {
    fact: 'lightLost',
    hard: 'much',
    tell: (own, typical) =>
      `The distortion takes ${share(own)} of the light (median pair: ${share(typical)})`,
  },
  {
    fact: 'startGap',
    hard: 'much',
    tell: (own, typical) =>
      `The starts disagree: the next best ended at ${times(own)} the objective (median pair: ${times(typical)})`,
  },
];

/** A cause is named where at least this fraction of the other pairs are less hard in this respect. */
const UNUSUAL = 0.8;
/** At most so many causes are named. */
const NAMED = 2;

/**
 * How wrong the distortion is where the signal shows it, from which nearly all of the refined signal's error comes, and
 * in what the pair is unusually hard, the most unusual first.
 */
export function explanation(
  { facts, scores }: Pick<Judged, 'facts' | 'scores'>,
  all: readonly Facts[],
): string {
  const seen = facts.seenDistortionError;
  const whole = scores.distortion.relativeError;
  const typical = median(all.map(({ seenDistortionError }) => seenDistortionError));
  const unseen =
    whole > 2 * seen && facts.seen < 0.5
      ? `, and ${share(whole)} over the whole image, most of which is too dark to show it`
      : '';
  const causes = CAUSES.flatMap(cause => {
    const own = facts[cause.fact];
    if (own === undefined) return [];
    const values = all.map(other => other[cause.fact]!);
    return { rank: rank(own, values, cause.hard), told: cause.tell(own, median(values)) };
  })
    .filter(({ rank }) => rank >= UNUSUAL)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, NAMED);
  const told =
    causes.length > 0 ? causes.map(({ told }) => told) : ['Nothing else that was measured stands out'];
  return [
    `The distortion is ${share(seen)} off where the signal shows it (median pair: ${share(typical)})${unseen}`,
    ...told,
  ]
    .map(sentence => `${sentence}.`)
    .join(' ');
}

/** The fraction of the other pairs that are less hard; 0 when there are no others. */
function rank(own: number, values: readonly number[], hard: Cause['hard']): number {
  const easier = values.filter(value => (hard === 'much' ? value < own : value > own));
  return easier.length / Math.max(1, values.length - 1);
}

const median = (values: readonly number[]) => quantile(values, 0.5);
const share = (fraction: number) => `${Number((100 * fraction).toPrecision(2))} %`;
const times = (ratio: number) => `${ratio.toFixed(1)} times`;
