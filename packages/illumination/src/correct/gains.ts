// What brings corrected pictures to the same mean brightness.

import { median } from '@blind-demod/arrays';
import type { Light } from '../light.js';
import { reduce } from '../reduce.js';
import type { Seen } from './survey.js';

/** For each page and channel, the median of the corrected means of its channel over its own; 1 where it shows nothing. */
export function gainsOf(
  seen: readonly Seen[],
  lights: readonly Light[],
): (file: string) => (page: number, channel: number) => number {
  const lightLogs = lights.map(light => reduce(light, { dark: 0 })?.log);
  const means = seen.map(({ reduced, channel }) => {
    if (reduced === undefined) return undefined;
    const [before, after] = [0, 1].map(share =>
      reduced.log.reduce(
        (sum, value, cell) => sum + Math.exp(value - share * (lightLogs[channel]?.[cell] ?? 0)),
        0,
      ),
    );
    return (reduced.mean * after!) / before!;
  });
  const gains = new Map<string, number>();
  for (const channel of lights.keys()) {
    const known = means.filter(
      (value, index): value is number => seen[index]!.channel === channel && value !== undefined,
    );
    const target = known.length > 0 ? median(known) : 1;
    for (const [index, { file, page, channel: own }] of seen.entries()) {
      const value = means[index];
      if (own === channel && value !== undefined) gains.set(`${page} ${own} ${file}`, target / value);
    }
  }
  return file => (page, channel) => gains.get(`${page} ${channel} ${file}`) ?? 1;
}
