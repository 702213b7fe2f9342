// The distortion of several starts as one: where the signal is black nothing was seen, and where starts differ there, the
// middle is nearer to the truth than each of them.
import { bestScale, type Float32NdArray, float32, rowOf, times } from '@blind-demod/arrays';
import type { Problem } from './problem.js';

/** Values of a distortion below this count as this: it is the finest step of an 8-bit picture. */
export const DARKEST = 1 / 255;

/**
 * For each observation the geometric mean of the distortions of its starts, each scaled to fit the kept one's where the
 * observation is bright, and weighted by exp(−(f/f* − 1)/averaging): f is the objective where the start ended, f* that of
 * the kept one. A start that did not end at a number does not count.
 *
 * @param problem, distortions, objectives a row for each start.
 * @param kept the rows of the starts of least objective, one for each observation.
 * @returns like the distortions, a row for each observation.
 */
export function averageDistortion(
  { observation, observed }: Problem<Float32NdArray>,
  distortions: Float32NdArray,
  objectives: Float32Array,
  { kept, averaging }: { kept: readonly number[]; averaging: number },
): Float32NdArray {
  const restarts = objectives.length / kept.length;
  const averages = kept.map((best, index) => {
    const mask = observed && rowOf(observed, best);
    const y = rowOf(observation, best);
    const bright = mask ? times(y, mask) : y;
    const seen = (x: Float32Array) => times(bright, x);
    const reference = rowOf(distortions, best);
    const sum = new Float32Array(reference.length);
    let total = 0;
    for (let row = index * restarts; row < (index + 1) * restarts; row++) {
      const excess = row === best ? 0 : objectives[row]! / objectives[best]! - 1;
      const weight = Math.exp(-excess / averaging);
      if (!(weight > 0)) continue;
      const x = rowOf(distortions, row);
      const factor = bestScale(seen(x), seen(reference)) || 1;
      for (const [i, value] of x.entries()) sum[i]! += weight * Math.log(Math.max(factor * value, DARKEST));
      total += weight;
    }
    return sum.map(value => Math.exp(value / total));
  });
  const data = new Float32Array(averages.length * averages[0]!.length);
  for (const [index, values] of averages.entries()) data.set(values, index * values.length);
  return float32([kept.length, ...distortions.shape.slice(1)], data);
}
