// What a specimen's prior is worth: npm run study:prior -w @blind-demod/illumination -- FOLDER [PICTURES]
//
// For two of the lights: PICTURES of the truths (three quarters of them when absent) are seen under that light alone, and a
// prior is trained on them. The fourth quarter is then seen under all other lights, from 1, 4 and 16 pictures.

import { textTable } from '@blind-demod/picture';
import { openEncoder } from '../ask.js';
import { estimateLight } from '../estimate.js';
import { logsOf } from '../finder.js';
import { renderLight } from '../light.js';
import { readEncoder, SHIPPED } from '../model.js';
import { trainForSpecimen } from '../training/specimen.js';
import { errorOf, percents } from './table.js';
import { planesOf, readTrials, type Trial } from './trials.js';

const SEED = 1;
const LIGHTS = [0, 5];
const COUNTS = [1, 4, 16];

const all = await readTrials();
const tiles = [...all.truths.planes.keys()];
const kept = tiles.filter(tile => tile % 4 === 1);
const own = tiles.filter(tile => tile % 4 !== 1).slice(0, Number(process.argv[3] ?? tiles.length));

const shipped = await readEncoder(SHIPPED);
const rows: string[][] = [];
for (const light of LIGHTS) {
  const start = performance.now();
  const logs = logsOf(planesOf(all, { light, tiles: own }));
  const prior = await trainForSpecimen(shipped, [logs], { seed: SEED });
  const seconds = (performance.now() - start) / 1000;
  const others = [...all.lights.keys()].filter(other => other !== light);
  for (const [name, parameters] of [
    ['shipped', shipped],
    ['prior', prior],
  ] as const) {
    const encoder = await openEncoder(parameters);
    const cells: string[] = [];
    for (const count of COUNTS) {
      const errors: number[] = [];
      for (const trial of trialsOf(others, count)) {
        const { coefficients } = await estimateLight(encoder, logsOf(planesOf(all, trial)));
        errors.push(errorOf(renderLight(coefficients, all.truths).data, all.lights[trial.light]!));
      }
      cells.push(percents(errors));
    }
    await encoder.dispose();
    rows.push([`${light}`, name, ...cells, name === 'prior' ? seconds.toFixed(0) : '']);
  }
}
process.stdout.write(
  `${textTable(['trained under', 'encoder', ...COUNTS.map(count => `from ${count}, %`), 'seconds'], rows, { ascii: true })}\n`,
);

/** The kept pictures in groups of this size, under each light. */
function trialsOf(lights: readonly number[], count: number): Trial[] {
  const groups = Array.from({ length: Math.floor(kept.length / count) }, (_, group) =>
    kept.slice(group * count, (group + 1) * count),
  );
  return lights.flatMap(light => groups.map(tiles => ({ light, tiles })));
}
