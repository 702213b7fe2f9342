// What the files are that images are made of: an experiment depends on what is in them, not on where they are.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { byFactor, FACTORS, type Factor } from '@blind-demod/arrays';
import { type Loaded, notReadable } from '@blind-demod/artifacts';
import type { Family } from './families/family.js';
import { FAMILIES, type ImageSettings } from './families/index.js';
import type { DataSettings } from './settings.js';

/**
 * The experiment with what is in the files of its images, as a hash: `content`, beside the settings of the images. There is
 * none where the files are not there.
 *
 * @throws UserError when a file cannot be read
 */
export async function withContent<E extends DataSettings>(loaded: Loaded<E>): Promise<Loaded<E>> {
  const contents: Partial<Record<Factor, string | undefined>> = {};
  for (const factor of FACTORS)
    contents[factor] = await contentOf(loaded.experiment[factor].images, loaded.root);
  const experiment = {
    ...loaded.experiment,
    ...byFactor(factor => {
      const { [factor]: settings } = loaded.experiment;
      const content = contents[factor];
      return content === undefined ? settings : { ...settings, images: { ...settings.images, content } };
    }),
  };
  return { ...loaded, experiment };
}

/** The hash of all names and contents; undefined where there are no files, or the images are made of none. */
export async function contentOf(settings: ImageSettings, root: string): Promise<string | undefined> {
  const { sources } = FAMILIES[settings.source] as Family<ImageSettings>;
  const { folder, files } = (await sources?.(settings, { root })) ?? { folder: root, files: [] };
  if (files.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const file of [...files].sort()) hash.update(`${file}\0${await sha256Of(join(folder, file))}\n`);
  return hash.digest('hex');
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
  } catch (error) {
    throw notReadable(file, error);
  }
  return hash.digest('hex');
}
