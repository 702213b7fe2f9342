// A specimen's prior from pictures of it, whose light nobody knows.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@blind-demod/arrays';
import { alone, startProgress } from '@blind-demod/artifacts';
import { readEncoder, SHIPPED, writeEncoder } from '../model.js';
import { SPECIMEN, trainForSpecimen } from '../training/specimen.js';
import { framesOf } from './frames.js';
import { findPictures } from './inputs.js';
import type { FrameOptions } from './options.js';
import { seriesOf } from './series.js';
import { survey } from './survey.js';

export interface LearnOptions extends FrameOptions {
  /** Files, folders, patterns. */
  readonly pictures: readonly string[];
  /** Folder of the prior. */
  readonly out: string;
  readonly seed?: number | undefined;
  readonly settings?: typeof SPECIMEN;
  /** A prior that is there is replaced. */
  readonly force: boolean;
}

export interface LearnResult {
  readonly folder: string;
  /** How many pages, of each channel, it was learnt from. */
  readonly pictures: number;
}

/**
 * Trains the shipped encoder further on pictures; those of one size and channel have one light.
 *
 * @throws UserError when pictures cannot be read, none shows anything, or a prior is there.
 */
export async function learnPrior({
  pictures,
  out,
  seed = 1,
  settings = SPECIMEN,
  force,
  ...frames
}: LearnOptions): Promise<LearnResult> {
  const files = await findPictures(pictures);
  return alone(out, 'prior', async () => {
    if (!force && existsSync(join(out, 'manifest.json'))) {
      throw new UserError(
        `${out} holds something already; choose another folder with --out, or replace it with --force`,
      );
    }
    const groups: Float32Array[][] = [];
    for (const series of await seriesOf(files, { each: false })) {
      const tell = () => {};
      const seen = await survey(series, { ...(await framesOf(series, frames, tell)), tell });
      for (let channel = 0; channel < series.channels; channel++) {
        const logs = seen.flatMap(one => (one.channel === channel && one.reduced ? [one.reduced.log] : []));
        if (logs.length > 0) groups.push(logs);
      }
    }
    if (groups.length === 0)
      throw new UserError(`${pictures.join(', ')}: none of these pictures shows anything`);
    const progress = startProgress({ title: 'training', total: 100 });
    try {
      const onStep = (done: number) => progress.update(Math.round(100 * done));
      const parameters = await trainForSpecimen(await readEncoder(SHIPPED), groups, {
        ...{ seed, settings, onStep },
      });
      await writeEncoder(out, parameters, { settings: { ...settings, pictures: files, ...frames }, seed });
    } finally {
      progress.stop();
    }
    return { folder: out, pictures: groups.reduce((sum, logs) => sum + logs.length, 0) };
  });
}
