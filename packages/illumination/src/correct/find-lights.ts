// The lights of a series: found from its pictures, one for each channel.

import type { Encoder } from '../ask.js';
import { TERMS } from '../basis.js';
import { estimateLight, type SharedLight } from '../estimate.js';
import { type Light, renderLight } from '../light.js';
import type { Series } from './series.js';
import type { Seen } from './survey.js';

/** The light of a channel that shows nothing. */
const EVEN = new Float64Array(TERMS.length);

export interface FoundLights {
  /** One for each channel. */
  readonly lights: readonly Light[];
  /** What is known of them; one where all channels share it. Undefined where no picture of the channel shows anything. */
  readonly estimates: readonly (Estimate | undefined)[];
}

export interface Estimate extends SharedLight {
  /** From how many pictures. */
  readonly pictures: number;
}

/**
 * A light for each channel. Colours whose lights are nearer to their mean than their doubt share that mean, which is known
 * better than each.
 */
export async function findLights(
  encoder: Encoder,
  series: Series,
  seen: readonly Seen[],
): Promise<FoundLights> {
  const estimates: (Estimate | undefined)[] = [];
  for (let channel = 0; channel < series.channels; channel++) {
    const logs = seen.flatMap(one => (one.channel === channel && one.reduced ? [one.reduced.log] : []));
    estimates.push(
      logs.length === 0 ? undefined : { ...(await estimateLight(encoder, logs)), pictures: logs.length },
    );
  }
  const colours = series.inputs[0]!.channels;
  const shared = colours > 1 && colours === series.channels ? meanOf(estimates) : undefined;
  const used = shared === undefined ? estimates : [shared];
  const lights = used.map(estimate => renderLight(estimate?.coefficients ?? EVEN, series));
  return {
    estimates: used,
    lights: Array.from({ length: series.channels }, (_, c) => lights[c % lights.length]!),
  };
}

/** The mean of the estimates, if it is nearer to each than their doubt. */
function meanOf(estimates: readonly (Estimate | undefined)[]): Estimate | undefined {
  const known = estimates.filter(estimate => estimate !== undefined);
  if (known.length < estimates.length) return undefined;
  const mean = (of: (estimate: Estimate) => number) =>
    known.reduce((sum, one) => sum + of(one) / known.length, 0);
  const coefficients = known[0]!.coefficients.map((_, term) => mean(one => one.coefficients[term]!));
  const fits = known.every(
    one => Math.hypot(...one.coefficients.map((c, term) => c - coefficients[term]!)) <= one.doubt,
  );
  if (!fits) return undefined;
  return {
    ...{ coefficients, pictures: known[0]!.pictures, doubt: mean(one => one.doubt) },
    unevenness: { before: mean(one => one.unevenness.before), after: mean(one => one.unevenness.after) },
  };
}
