// How near the light is to a known one: npm run study -w @blind-demod/illumination -- FOLDER
// Of the trials of the folder, and of every picture alone under every light.

import { quantile } from '@blind-demod/arrays';
import { textTable } from '@blind-demod/picture';
import { shippedEncoder } from '../model.js';
import { errorOf, percents, readTrials, type Score, score, type Trial } from './trials.js';

const all = await readTrials();
const counts = [...new Set(all.trials.map(({ tiles }) => tiles.length))];
const alone = all.lights.flatMap((_, light) =>
  all.truths.map((__, tile): Trial => ({ light, tiles: [tile] })),
);
const groups: [string, readonly Trial[]][] = [
  ['1, each', alone],
  ...counts.map((count): [string, readonly Trial[]] => [
    `${count}`,
    all.trials.filter(({ tiles }) => tiles.length === count),
  ]),
];

const encoder = await shippedEncoder();
const rows: string[][] = [];
for (const [name, trials] of groups) {
  const scores: Score[] = [];
  for (const trial of trials) scores.push(await score(encoder, all, trial));
  const nothing = trials.map(({ light }) =>
    errorOf(new Float32Array(all.width * all.height).fill(1), all.lights[light]!),
  );
  const seconds = scores.map(one => one.seconds);
  rows.push([
    name,
    percents(nothing),
    percents(scores.map(({ error }) => error)),
    percents(scores.map(({ doubt }) => doubt)),
    `${scores.filter(({ error, doubt }) => error > 2 * doubt).length} of ${trials.length}`,
    quantile(seconds, 0.5).toFixed(2),
  ]);
}
await encoder.dispose();
process.stdout.write(
  `${textTable(['pictures', 'nothing, %', 'found, %', 'doubt, %', 'error over 2 doubts', 'seconds'], rows, { ascii: true })}\n`,
);
