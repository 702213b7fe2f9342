// The distortion of several starts as one: where the signal is black nothing was seen, and where starts differ there, the
// middle is nearer to the truth than each of them.
import { bestScale, type Float32NdArray, rowOf, stackRows, times } from '@blind-demod/arrays';
import type { Problem } from './problem.js';

/** Values of a distortion below this count as this: it is the finest step of an 8-bit picture. */
export const DARKEST = 1 / 255;

/** One distortion of several starts, [n, ...imageShape]. */
export interface Averaged {
  readonly distortion: Float32NdArray;
  /** The standard deviation among the starts, which are a sample: 0 where one alone counts. */
  readonly spread: Float32NdArray;
}

/**
 * For each observation the geometric mean of the distortions of its starts, each scaled to fit the kept one's where the
 * observation is bright, and weighted by exp(−(f/f* − 1)/averaging): f is the objective where the start ended, f* that of
 * the kept one. A start that did not end at a number does not count.
 *
 * @param problem, distortions, objectives a row for each start.
 * @param kept the rows of the starts of least objective, one for each observation.
 */
export function averageDistortion(
  { observation, observed }: Problem<Float32NdArray>,
  distortions: Float32NdArray,
  objectives: Float32Array,
  { kept, averaging }: { kept: readonly number[]; averaging: number },
): Averaged {
  const restarts = objectives.length / kept.length;
  const averages = kept.map((best, index) => {
    const mask = observed && rowOf(observed, best);
    const y = rowOf(observation, best);
    const bright = mask ? times(y, mask) : y;
    const seen = (x: Float32Array) => times(bright, x);
    const reference = rowOf(distortions, best);
    const [sum, squares] = [new Float32Array(reference.length), new Float32Array(reference.length)];
    let [total, ofSquares] = [0, 0];
    for (let row = index * restarts; row < (index + 1) * restarts; row++) {
      const excess = row === best ? 0 : objectives[row]! / objectives[best]! - 1;
      const weight = Math.exp(-excess / averaging);
      if (!(weight > 0)) continue;
      const x = rowOf(distortions, row);
      const factor = bestScale(seen(x), seen(reference)) || 1;
      for (const [i, value] of x.entries()) {
        // Of the logarithm, less the kept one's.
        const log = Math.log(Math.max(factor * value, DARKEST) / Math.max(reference[i]!, DARKEST));
        sum[i]! += weight * log;
        squares[i]! += weight * log * log;
      }
      total += weight;
      ofSquares += weight * weight;
    }
    const distortion = reference.map((x, i) => Math.max(x, DARKEST) * Math.exp(sum[i]! / total));
    const freedom = 1 - ofSquares / total ** 2;
    const spread = distortion.map((x, i) => {
      const variance = squares[i]! / total - (sum[i]! / total) ** 2;
      return freedom < 1e-6 ? 0 : x * Math.sqrt(Math.max(0, variance) / freedom);
    });
    return { distortion, spread };
  });
  const stacked = (values: readonly Float32Array[]) => stackRows(values, distortions.shape.slice(1));
  return {
    distortion: stacked(averages.map(({ distortion }) => distortion)),
    spread: stacked(averages.map(({ spread }) => spread)),
  };
}
