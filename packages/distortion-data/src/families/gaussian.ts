// The paper's distortions (section 4): one Gaussian bump of light each, placed on the diagonal.

import { float32, randomStream } from '@blind-demod/arrays';
import { z } from 'zod';
import { bump, equallySpaced } from '../bump.js';
import { type FamilyImages, family, MOST_IMAGES, withinMemory } from './family.js';

const interval = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, { error: 'expected [low, high] with low < high' });
const positiveInterval = interval.refine(([low]) => low > 0, { error: 'expected positive numbers' });

const settings = z
  .strictObject({
    source: z.literal('gaussian').describe("The paper's distortions: one bump of light each."),
    center: interval
      .default([-3, 3])
      .describe('Range of c, the place of the bump, the same in both directions.'),
    width: positiveInterval.default([20, 35]).describe('Range of σ, the width of the bump.'),
    extent: z.number().min(1e-6).max(1e6).default(5).describe('The image covers u, v in [−extent, extent].'),
    resolution: z
      .int()
      .min(2)
      .max(1024)
      .default(28)
      .describe('Pixels per side, before the image is resized.'),
    sampling: z
      .enum(['grid', 'uniform'])
      .default('grid')
      .describe('(c, σ) on a square grid over their ranges, or drawn uniformly.'),
    count: z
      .int()
      .min(1)
      .max(MOST_IMAGES)
      .default(8100)
      .describe('How many images; a square number for a grid.'),
  })
  .refine(images => images.sampling !== 'grid' || Number.isInteger(Math.sqrt(images.count)), {
    path: ['count'],
    error: 'expected a square number, such as 8100 = 90 × 90, because sampling is "grid"',
  })
  .refine(...withinMemory)
  .describe('Gaussian distortions exp(−((u−c)² + (v−c)²) / σ).');
type GaussianSettings = z.output<typeof settings>;

export const gaussian = family({
  settings,
  images: (settings, { seed }) => gaussianImages(settings, seed),
});

/** Images per stratum, about: enough that a tenth of each is a whole number of test images. */
const STRATUM_IMAGES = 100;

/** The bump (c, c) of the given width on `resolution` pixels each way: see `bump`. */
export const gaussianDistortion = (
  { center, width }: { center: number; width: number },
  resolution: number,
  extent: number,
): Float32Array => bump({ center: [center, center], width }, resolution, extent);

/** Distortions whose (c, σ) lie on a square grid, or are drawn uniformly; labelled by their block of the (c, σ) plane. */
function gaussianImages(settings: GaussianSettings, seed: number): FamilyImages {
  const { count, resolution, extent } = settings;
  const pairs = settings.sampling === 'grid' ? gridPairs(settings) : uniformPairs(settings, seed);
  const data = new Float32Array(count * resolution * resolution);
  for (const [image, [center, width]] of pairs.entries()) {
    data.set(gaussianDistortion({ center, width }, resolution, extent), image * resolution * resolution);
  }
  const blocks = Math.max(1, Math.floor(Math.sqrt(count / STRATUM_IMAGES)));
  const block = (value: number, [low, high]: readonly [number, number]) =>
    Math.min(blocks - 1, Math.floor((blocks * (value - low)) / (high - low)));
  return {
    pixels: float32([count, 1, resolution, resolution], data),
    labels: Int32Array.from(pairs, ([center, width]) => {
      return block(center, settings.center) * blocks + block(width, settings.width);
    }),
    parameters: float32([count, 2], Float32Array.from(pairs.flat())),
  };
}

function gridPairs({ count, center, width }: GaussianSettings): [number, number][] {
  const side = Math.sqrt(count);
  const widths = equallySpaced(width, side);
  return equallySpaced(center, side).flatMap(c => widths.map((w): [number, number] => [c, w]));
}

function uniformPairs({ count, center, width }: GaussianSettings, seed: number): [number, number][] {
  const stream = randomStream(seed, 'gaussian');
  const draw = ([low, high]: readonly [number, number]) => low + (high - low) * stream.uniform();
  return Array.from({ length: count }, () => [draw(center), draw(width)]);
}
