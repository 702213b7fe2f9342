// What a family of images is: a name in a config, the settings that go with it, and how its images are made from them.

import type { Float32NdArray } from '@blind-demod/arrays';
import { z } from 'zod';

/** One kind of images. Its settings hold its name, `source`, and may hold how many images to take, `count`. */
export interface Family<Settings, Schema = z.ZodType<Settings>> {
  readonly settings: Schema;
  /**
   * The files that its images are made of, by their paths in a folder, where they are made of files; none where these are
   * not there. Their content counts among an experiment's settings.
   */
  readonly sources?: (
    settings: Settings,
    from: { root: string },
  ) => Promise<{ readonly folder: string; readonly files: readonly string[] }>;
  /** What a label of its images is called where it tells their class, such as 'digit'. */
  readonly className?: string;
  /**
   * All images of the family, before any are chosen, resized or held out. The same settings and seed give the same
   * images. `root` is the folder that paths in the settings are relative to.
   *
   * @throws UserError when the images cannot be read.
   */
  images(settings: Settings, from: { root: string; seed: number }): FamilyImages | Promise<FamilyImages>;
}

/** All images of a family, as they come from it. */
export interface FamilyImages {
  /** [count, 1, side, side], grey, in [0, 1]. */
  readonly pixels: Float32NdArray;
  /** [count] the stratum of each image: of every stratum the same fraction is held out. */
  readonly labels: Int32Array;
  /** [count, 2] of Gaussian distortions: (center, width). */
  readonly parameters?: Float32NdArray;
}

/** The family given. It is here for its type: `images` takes the settings that the schema gives. */
export const family = <
  Schema extends z.ZodObject & z.ZodType<{ source: string; count?: number | undefined }>,
>(
  given: Family<z.output<Schema>, Schema>,
) => given;

/** More images than these no family makes, and no more pixels of all of them together: four gigabytes. */
export const MOST_IMAGES = 1_000_000;
const MOST_VALUES = 2 ** 30;

/** For `refine`: whether the images that are asked for are no more pixels than that. */
export const withinMemory = [
  ({ count, resolution }: { count: number; resolution: number }) => count * resolution ** 2 <= MOST_VALUES,
  { path: ['count'] as string[], error: `expected at most ${MOST_VALUES} pixels of all images together` },
] as const;

/** The setting `count` of a family that has only so many images. */
export const sampleCount = z
  .int()
  .min(1)
  .max(MOST_IMAGES)
  .optional()
  .describe('How many images to take, a seeded sample stratified by class; all when absent.');
