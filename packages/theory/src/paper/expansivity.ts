// How expansive a pair of networks is: the constants c that assumptions A2 and A3 of the paper ask for.
import type { ByFactor } from '@blind-demod/arrays';

/** n log n, which is 0 for n = 1: one input asks nothing of the layer above it. */
const nLogN = (n: number): number => n * Math.log(n);

/** A2 for one inner layer, n_i > c·n_{i−1} log n_{i−1}: it holds for every c below this. */
export function innerExpansivity(from: number, to: number): number {
  return to / nLogN(from);
}

/**
 * A3, ℓ > c·((n_{d−1} log n_{d−1})² + (p_{s−1} log p_{s−1})²): it holds for every c below this.
 *
 * @param widths n_{d−1} and p_{s−1}, the widths below the last layers.
 */
export function lastExpansivity(measurements: number, widths: ByFactor<number>): number {
  return measurements / (nLogN(widths.signal) ** 2 + nLogN(widths.distortion) ** 2);
}

/** The largest c of A2 over the inner layers of a network; infinite if none asks anything. */
export function expansivity(widths: readonly number[]): number {
  const inner = widths.slice(0, -1);
  return Math.min(...inner.slice(1).map((to, index) => innerExpansivity(inner[index]!, to)));
}
