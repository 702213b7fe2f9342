// How near the light is to a known one, beside others: npm run study -w @blind-demod/illumination -- FOLDER
// Of the trials of the folder; and, by this project's way alone, of every picture alone under every light.

import { allMethods, ownMethod } from './methods.js';
import { compare } from './table.js';
import { planesOf, readTrials, type Trial } from './trials.js';

const all = await readTrials();
const problem = (trial: Trial) => ({ pictures: planesOf(all, trial), light: all.lights[trial.light]! });
const counts = [...new Set(all.trials.map(({ tiles }) => tiles.length))];
const groups = counts.map(count => ({
  name: `${count}`,
  problems: all.trials.filter(({ tiles }) => tiles.length === count).map(trial => () => problem(trial)),
}));
const alone = all.lights.flatMap((_, light) =>
  all.truths.planes.map((__, tile) => () => problem({ light, tiles: [tile] })),
);
await compare(await allMethods(), groups);
await compare([await ownMethod()], [{ name: '1, each', problems: alone }]);
