// The leaderboard as a table for a terminal.
import { textTable } from '@blind-demod/picture';
import { failed } from '../../leaderboard.js';
import { MEASURES, type Measure, type Measured, type MeasureName } from './measures.js';
import { RANKED_BY, type Standing } from './standings.js';

/** A row per config, and below it the reasons of runs that failed. */
export function leaderboardTable(standings: readonly Standing[], { ascii }: { ascii: boolean }): string {
  const columns = Object.entries<Measure>(MEASURES) as [MeasureName, Measure][];
  const head = columns.flatMap(([name, { title }]) => (name === RANKED_BY ? [title, '95 %'] : [title]));
  const rows = standings.map(({ place, entry, measured }) => [
    place === undefined ? '' : String(place),
    entry.name,
    ...columns.flatMap(([name, { show }]) => {
      const told = measured[name];
      const value = told === undefined ? '' : show(told.value);
      return name === RANKED_BY ? [value, intervalText(told)] : [value];
    }),
  ]);
  const reasons = standings.flatMap(({ entry: { attempts } }) =>
    attempts.flatMap(({ name, outcome }) =>
      failed(outcome) ? [`${name} failed: ${outcome.reason}${outcome.log ? ` (${outcome.log})` : ''}`] : [],
    ),
  );
  return [textTable(['', 'config', ...head], rows, { ascii, textColumns: 2 }), ...reasons].join('\n');
}

const intervalText = (told: Measured | undefined): string =>
  told?.interval === undefined ? '' : told.interval.map(value => value.toFixed(1)).join('–');
