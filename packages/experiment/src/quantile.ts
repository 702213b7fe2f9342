// Quantiles of a set of numbers.

/**
 * The value below which a fraction of the values lies, interpolated linearly between neighbours.
 *
 * @throws TypeError when there are no numbers.
 */
export function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) throw new TypeError('expected numbers, got none');
  const sorted = values.toSorted((a, b) => a - b);
  const position = fraction * (sorted.length - 1);
  const below = Math.floor(position);
  const [low, high] = [sorted[below]!, sorted[Math.ceil(position)]!];
  return low + (position - below) * (high - low);
}
