// How far a recovery is to be trusted, told without the truth.
import { bestScale, type Float32NdArray, norm, rowOf, times } from '@blind-demod/arrays';
import type { Problem } from './problem.js';

/**
 * exp(−5 (r + d)) for the start that was kept of each observation: r = ‖ŵ ⊙ x̂ − y‖ / ‖y‖ is the residual, large where
 * the generators could not draw the factors; d is how far the distortion of the nearest other start is from the kept
 * one's, ‖y ⊙ (c·x̂' − x̂)‖ / ‖y ⊙ x̂‖ at the best scale c, large where the observation leaves the distortion open. With
 * one start alone, the others not there or lost, d is 0. The 5 only spreads the usual values over the range; the order is what it says.
 *
 * @param kept the rows of the starts that were kept, one for each observation.
 * @returns [n], from 0 to 1.
 */
export function confidenceOf(
  { observation, observed }: Problem<Float32NdArray>,
  { signal, distortion }: { signal: Float32NdArray; distortion: Float32NdArray },
  kept: readonly number[],
): Float32Array {
  const restarts = observation.shape[0]! / kept.length;
  return Float32Array.from(kept, (row, index) => {
    const mask = observed && rowOf(observed, row);
    const masked = (image: Float32Array) => (mask ? times(image, mask) : image);
    const y = masked(rowOf(observation, row));
    const x = rowOf(distortion, row);
    const residual = relative(y, masked(times(rowOf(signal, row), x)));
    const seen = times(y, x);
    const disagreements = Array.from({ length: restarts }, (_, restart) => index * restarts + restart)
      .filter(other => other !== row)
      .map(other => {
        const otherSeen = times(y, rowOf(distortion, other));
        const factor = bestScale(otherSeen, seen);
        return relative(
          seen,
          otherSeen.map(value => factor * value),
        );
      })
      .filter(Number.isFinite);
    const disagreement = disagreements.length === 0 ? 0 : Math.min(...disagreements);
    return Math.exp(-5 * (residual + disagreement));
  });
}

/** ‖estimate − truth‖ / ‖truth‖; 0 where there is nothing to estimate. */
function relative(truth: Float32Array, estimate: Float32Array): number {
  const difference = norm(truth.map((value, i) => estimate[i]! - value));
  return difference === 0 ? 0 : difference / norm(truth);
}
