// The leaderboard as comma-separated values: a line per run.
import { type Cell, toCsv } from '@blind-demod/picture';
import { failed } from '../../leaderboard.js';
import { MEASURES, type Measure } from './measures.js';
import type { Standing } from './standings.js';

export function leaderboardCsv(standings: readonly Standing[]): string {
  const measures = Object.entries<Measure>(MEASURES);
  const intervals = measures.map(([name]) => [`${name}_low`, `${name}_high`]);
  const header = [
    'place',
    'config',
    'run',
    'seed',
    'signal_architecture',
    'signal_objective',
    'distortion_architecture',
    'distortion_objective',
    ...measures.flatMap(([name], index) => [name, ...intervals[index]!]),
    'pairs',
    'failed',
  ];
  const rows = standings.flatMap(({ place, entry }) =>
    entry.attempts.map(({ name, seed, outcome }): Cell[] => {
      const start = [place ?? '', entry.name, name, seed];
      if (failed(outcome)) return [...start, ...header.slice(start.length, -1).map(() => ''), outcome.reason];
      const { signal, distortion } = outcome.generators;
      return [
        ...start,
        ...[signal.architecture, signal.objective, distortion.architecture, distortion.objective],
        ...measures.flatMap(([, { of }]) => {
          const told = of(outcome);
          return [told?.value ?? '', told?.interval?.[0] ?? '', told?.interval?.[1] ?? ''];
        }),
        outcome.pairs,
        '',
      ];
    }),
  );
  return toCsv(header, rows);
}
