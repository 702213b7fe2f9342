// Whether two measures go together, whatever their scales.

/**
 * Spearman's rank correlation of two lists, in [−1, 1]: the correlation of their ranks, equal values sharing the mean of
 * theirs. 0 when one of them is constant.
 */
import { inner } from '@blind-demod/arrays';
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [centredRanks(a), centredRanks(b)];
  const length = Math.sqrt(inner(x, x) * inner(y, y));
  return length === 0 ? 0 : inner(x, y) / length;
}

/** Ranks, less their mean. */
function centredRanks(values: readonly number[]): number[] {
  const order = Array.from(values.keys()).sort(
    (a, b) => Number(values[a]! > values[b]!) - Number(values[a]! < values[b]!),
  );
  const ranks: number[] = [];
  for (let first = 0, next: number; first < order.length; first = next) {
    next = first + 1;
    while (next < order.length && values[order[next]!] === values[order[first]!]) next++;
    for (const index of order.slice(first, next)) ranks[index] = (first + next - 1) / 2;
  }
  return ranks.map(rank => rank - (values.length - 1) / 2);
}
