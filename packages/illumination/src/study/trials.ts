// Pictures under known lights, and how near a light that was found is to the known one.
//
// A folder of trials has truth/*.tif (pictures under even light), lights.tif (one light a page) and trials.json, a list of
// { pictures, light, tiles }: which truths are seen under which light. The score of a trial is the least of
// ‖a · found − light‖ / ‖light‖ over a.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from '@blind-demod/arrays';
import { withPicture } from '@blind-demod/picture-files';
import { z } from 'zod';
import type { Encoder } from '../ask.js';
import { estimateLight } from '../estimate.js';
import { renderLight } from '../light.js';
import { reduce } from '../reduce.js';

const trialSchema = z.array(z.object({ pictures: z.int(), light: z.int(), tiles: z.array(z.int()) }));

export interface Trial {
  /** Numbers of the light, and of the truths that are seen under it. */
  readonly light: number;
  readonly tiles: readonly number[];
}

export interface Trials {
  readonly width: number;
  readonly height: number;
  readonly lights: readonly Float32Array[];
  readonly truths: readonly Float32Array[];
  readonly trials: readonly Trial[];
}

/** The trials of the folder that the command line names. */
export async function readTrials(folder = process.argv[2]): Promise<Trials> {
  if (folder === undefined) throw new Error('give the folder of the trials');
  const { width, height, pages: lights } = await pagesOf(join(folder, 'lights.tif'));
  const truths: Float32Array[] = [];
  for (const name of readdirSync(join(folder, 'truth')).sort())
    truths.push((await pagesOf(join(folder, 'truth', name))).pages[0]!);
  const trials = trialSchema.parse(JSON.parse(readFileSync(join(folder, 'trials.json'), 'utf8')));
  return { width, height, lights, truths, trials };
}

const pagesOf = (file: string) =>
  withPicture(file, async picture => {
    const pages: Float32Array[] = [];
    for (const index of picture.pages.keys()) pages.push(Float32Array.from((await picture.read(index)).data));
    return { width: picture.width, height: picture.height, pages };
  });

/** The pictures of a trial, reduced. */
export function logsOf({ width, height, lights, truths }: Trials, { light, tiles }: Trial): Float32Array[] {
  const known = lights[light]!;
  return tiles.map(tile => {
    const data = truths[tile]!.map((value, pixel) => value * known[pixel]!);
    return reduce({ width, height, data }, { dark: 0 })!.log;
  });
}

export interface Score {
  readonly error: number;
  readonly doubt: number;
  readonly seconds: number;
}

export async function score(encoder: Encoder, trials: Trials, trial: Trial): Promise<Score> {
  const logs = logsOf(trials, trial);
  const start = performance.now();
  const { coefficients, doubt } = await estimateLight(encoder, logs);
  const seconds = (performance.now() - start) / 1000;
  return {
    doubt,
    seconds,
    error: errorOf(renderLight(coefficients, trials).data, trials.lights[trial.light]!),
  };
}

export function errorOf(found: Float32Array, known: Float32Array): number {
  let [product, own, whole] = [0, 0, 0];
  for (let i = 0; i < found.length; i++) {
    product += found[i]! * known[i]!;
    own += found[i]! ** 2;
    whole += known[i]! ** 2;
  }
  return Math.sqrt(Math.max(0, 1 - product ** 2 / (own * whole)));
}

/** Median / 90th percentile, in %. */
export const percents = (values: readonly number[]): string =>
  [0.5, 0.9].map(q => (100 * quantile(values, q)).toFixed(1)).join(' / ');
