// What tests of the baselines share.

/** ‖c·estimate − truth‖ / ‖truth‖ at the best scale c. */
import { randomStream } from '@blind-demod/arrays';
export function directionError(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
  const inner = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
  const scale = inner(estimate, truth) / inner(estimate, estimate);
  const rest = Array.from(truth, (value, i) => scale * estimate[i]! - value);
  return Math.sqrt(inner(rest, rest) / inner(truth, truth));
}

/** 1 for about this share of the pixels, 0 for the others. */
export function mask(pixels: number, share: number): Float64Array {
  const random = randomStream(7, 'mask');
  return Float64Array.from({ length: pixels }, () => (random.uniform() < share ? 1 : 0));
}
