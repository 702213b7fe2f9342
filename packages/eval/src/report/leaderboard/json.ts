// The leaderboard for programs: the configs in their order, with all runs.
import { withDigits } from '@blind-demod/picture';
import type { Standing } from './standings.js';

export const leaderboardJson = (standings: readonly Standing[]): string =>
  `${JSON.stringify({ configs: standings.map(asJson) }, withDigits(6), 2)}\n`;

/** A config's place, its measures with their intervals at 95 %, and its runs. */
export const asJson = ({ place, entry: { name, file, attempts }, measured }: Standing) => ({
  place: place ?? null,
  config: name,
  file,
  measures: measured,
  runs: attempts.map(({ name, seed, outcome }) => ({ name, seed, ...outcome })),
});
