// How far the distortion that was found may be wrong.
import { type Float32NdArray, float32, takeRows } from '@blind-demod/arrays';
import { atUnitExposure } from './levels.js';
import { posteriorDeviation } from './posterior.js';
import type { Priors } from './prior.js';
import { type Problem, withNoise } from './problem.js';
import type { SearchOptions } from './search.js';
import type { Recovery } from './solve.js';

/**
 * How much larger a deviation is than the posterior's and the starts' together, so that nine in ten pixels of training pairs
 * are within 1.645 of it: codes are near the truth, not at it, and images are not linear in them.
 */
const SCALE = 1.8;

/**
 * The standard deviation of each pixel of the distortions that `solve` found, at their own scale: that of the posterior about
 * the start that was kept, and that among the starts.
 *
 * @param problem as it was given to `solve`, `group` too.
 * @returns like the distortions. Where images are not [channels, height, width], residuals count as independent.
 */
export async function distortionDeviation(
  priors: Priors,
  { observation, observed }: Problem<Float32NdArray>,
  found: Pick<Recovery, 'signalCode' | 'distortionCode' | 'exposure' | 'blackLevel' | 'spread'>,
  {
    group = 1,
    settings,
    device,
  }: Pick<SearchOptions, 'settings' | 'device'> & { group?: number | undefined },
): Promise<Float32NdArray> {
  const count = observation.shape[0]!;
  const problem = { observation: atUnitExposure(observation, found), ...(observed && { observed }) };
  const groups = Array.from({ length: count / group }, (_, index) => index * group);
  const codes = { signal: found.signalCode, distortion: takeRows(found.distortionCode, groups) };
  const ofGroups = await posteriorDeviation(priors, withNoise(problem, settings), codes, {
    settings,
    device,
  });
  const rows = Array.from({ length: count }, (_, row) => Math.floor(row / group));
  return float32(
    observation.shape,
    takeRows(ofGroups, rows).data.map((one, pixel) => SCALE * Math.hypot(one, found.spread.data[pixel]!)),
  );
}
