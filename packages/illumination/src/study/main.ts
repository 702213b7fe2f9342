// How near the light is to a known one: npm run study -w @blind-demod/illumination -- FOLDER
//
// The folder has truth/*.tif (pictures under even light), lights.tif (one light a page) and trials.json, a list of
// { pictures, light, tiles }: which truths are seen under which light. The score of a trial is the least of
// ‖a · found − light‖ / ‖light‖ over a.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from '@blind-demod/arrays';
import { textTable } from '@blind-demod/picture';
import { withPicture } from '@blind-demod/picture-files';
import { z } from 'zod';
import { estimateLight } from '../estimate.js';
import { renderLight } from '../light.js';
import { shippedEncoder } from '../model.js';
import { reduce } from '../reduce.js';

const folder = process.argv[2];
if (folder === undefined) throw new Error('give the folder of the trials');

const trialSchema = z.array(z.object({ pictures: z.int(), light: z.int(), tiles: z.array(z.int()) }));

const pagesOf = (file: string) =>
  withPicture(file, async picture => {
    const pages: Float32Array[] = [];
    for (const index of picture.pages.keys()) pages.push(Float32Array.from((await picture.read(index)).data));
    return { width: picture.width, height: picture.height, pages };
  });

const lights = await pagesOf(join(folder, 'lights.tif'));
const names = readdirSync(join(folder, 'truth')).sort();
const truths: Float32Array[] = [];
for (const name of names) truths.push((await pagesOf(join(folder, 'truth', name))).pages[0]!);
const trials = trialSchema.parse(JSON.parse(readFileSync(join(folder, 'trials.json'), 'utf8')));
const encoder = await shippedEncoder();
const { width, height } = lights;

const scored: { pictures: number; doubt: number; seconds: number; error: number; nothing: number }[] = [];
for (const { pictures, light, tiles } of trials) {
  const known = lights.pages[light]!;
  const logs = tiles.map(tile => {
    const data = truths[tile]!.map((value, pixel) => value * known[pixel]!);
    return reduce({ width, height, data }, { dark: 0 })!.log;
  });
  const start = performance.now();
  const { coefficients, doubt } = await estimateLight(encoder, logs);
  const seconds = (performance.now() - start) / 1000;
  const found = renderLight(coefficients, { width, height }).data;
  const even = new Float32Array(found.length).fill(1);
  scored.push({ pictures, doubt, seconds, error: errorOf(found, known), nothing: errorOf(even, known) });
}
await encoder.dispose();

const counts = [...new Set(trials.map(({ pictures }) => pictures))];
const rows = counts.map(count => {
  const these = scored.filter(({ pictures }) => pictures === count);
  const both = (of: (one: (typeof scored)[number]) => number) =>
    [0.5, 0.9].map(q => (100 * quantile(these.map(of), q)).toFixed(1)).join(' / ');
  const beyond = these.filter(({ error, doubt }) => error > 2 * doubt).length;
  return [
    `${count}`,
    both(one => one.nothing),
    both(one => one.error),
    both(one => one.doubt),
    `${beyond} of ${these.length}`,
    quantile(
      these.map(({ seconds }) => seconds),
      0.5,
    ).toFixed(2),
  ];
});
process.stdout.write(
  `${textTable(['pictures', 'nothing, %', 'found, %', 'doubt, %', 'error over 2 doubts', 'seconds'], rows, { ascii: true })}\n`,
);

function errorOf(found: Float32Array, known: Float32Array): number {
  let [product, own, whole] = [0, 0, 0];
  for (let i = 0; i < found.length; i++) {
    product += found[i]! * known[i]!;
    own += found[i]! ** 2;
    whole += known[i]! ** 2;
  }
  return Math.sqrt(Math.max(0, 1 - product ** 2 / (own * whole)));
}
