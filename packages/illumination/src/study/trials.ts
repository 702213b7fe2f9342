// Pictures under known lights.
//
// A folder of trials has truth/*.tif (pictures under even light), lights.tif (one light a page) and trials.json, a list of
// { pictures, light, tiles }: which truths are seen under which light.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { picturesIn, withPicture } from '@blind-demod/picture-files';
import { z } from 'zod';
import type { Planes } from '../finder.js';

const trialSchema = z.array(z.object({ pictures: z.int(), light: z.int(), tiles: z.array(z.int()) }));

export interface Trial {
  /** Numbers of the light, and of the truths that are seen under it. */
  readonly light: number;
  readonly tiles: readonly number[];
}

export interface Trials {
  readonly lights: readonly Float32Array[];
  readonly truths: Planes;
  readonly trials: readonly Trial[];
}

/** The trials of the folder that the command line names. */
export async function readTrials(folder = process.argv[2]): Promise<Trials> {
  if (folder === undefined) throw new Error('give the folder of the trials');
  const lights = await pagesOf(join(folder, 'lights.tif'));
  const trials = trialSchema.parse(JSON.parse(readFileSync(join(folder, 'trials.json'), 'utf8')));
  return { lights: lights.planes, truths: await planesIn(join(folder, 'truth')), trials };
}

/** Every page of the pictures of a folder, which have one size. */
export async function planesIn(folder: string | undefined): Promise<Planes> {
  if (folder === undefined) throw new Error('give a folder of pictures');
  const files: Planes[] = [];
  for (const name of await picturesIn(folder)) files.push(await pagesOf(join(folder, name)));
  return { ...files[0]!, planes: files.flatMap(({ planes }) => planes) };
}

const pagesOf = (file: string): Promise<Planes> =>
  withPicture(file, async picture => {
    const planes: Float32Array[] = [];
    for (const index of picture.pages.keys())
      planes.push(Float32Array.from((await picture.read(index)).data));
    return { width: picture.width, height: picture.height, planes };
  });

/** The pictures of a trial. */
export function planesOf({ lights, truths }: Trials, { light, tiles }: Trial): Planes {
  const known = lights[light]!;
  const planes = tiles.map(tile => truths.planes[tile]!.map((value, pixel) => value * known[pixel]!));
  return { ...truths, planes };
}
