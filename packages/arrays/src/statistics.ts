// What a set of numbers is like, in a few numbers.
import { quantile as quantileOf } from 'd3-array';

/** Nine in ten draws of a normal number are within so many of its standard deviations. */
export const NORMAL_90 = 1.645;

/**
 * The value below which a fraction of the values lies, interpolated linearly between neighbours.
 *
 * @throws TypeError when there are no numbers.
 */
export function quantile(values: Iterable<number>, fraction: number): number {
  const value = quantileOf(values, fraction);
  if (value === undefined) throw new TypeError('expected numbers, got none');
  return value;
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export const median = (values: Iterable<number>): number => quantile(values, 0.5);

/** Σ values / their number; NaN when there are none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Distribution {
  readonly median: number;
  /** Between which the median of all that the numbers were drawn from lies, at a confidence of 95 %. */
  readonly medianInterval: readonly [low: number, high: number];
  readonly percentile10: number;
  readonly mean: number;
}

/** @throws TypeError when there are no numbers */
export function distribution(values: readonly number[]): Distribution {
  return {
    median: median(values),
    medianInterval: medianInterval(values),
    percentile10: quantile(values, 0.1),
    mean: mean(values),
  };
}

/** From order statistics, which assumes nothing of the distribution: ranks n/2 ± 1.96 √n/2. All of the range, if n < 6. */
function medianInterval(values: readonly number[]): [low: number, high: number] {
  const ascending = values.toSorted((a, b) => a - b);
  const below = Math.max(0, Math.floor((values.length - 1.96 * Math.sqrt(values.length)) / 2) - 1);
  return [ascending[below]!, ascending.at(-1 - below)!];
}
