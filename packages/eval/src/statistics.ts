// What a set of numbers is like, in three numbers.

export interface Distribution {
  readonly median: number;
  readonly percentile10: number;
  readonly mean: number;
}

/** @throws TypeError when there are no numbers */
export function distribution(values: readonly number[]): Distribution {
  return {
    median: quantile(values, 0.5),
    percentile10: quantile(values, 0.1),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  };
}

/** The value below which a fraction of the values lies, interpolated linearly between neighbours. */
export function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) throw new TypeError('expected numbers, got none');
  const sorted = values.toSorted((a, b) => a - b);
  const position = fraction * (sorted.length - 1);
  const below = Math.floor(position);
  const [low, high] = [sorted[below]!, sorted[Math.ceil(position)]!];
  return low + (position - below) * (high - low);
}
