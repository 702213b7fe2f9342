// The paper's distortions (section 4): one Gaussian bump of light each, placed on the diagonal.

import { float32, randomStream } from '@blind-demod/arrays';
import { z } from 'zod';
import { type FamilyImages, family } from './family.js';

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
    extent: z.number().gt(0).default(5).describe('The image covers u, v in [−extent, extent].'),
    resolution: z.int().min(2).default(28).describe('Pixels per side, before the image is resized.'),
    sampling: z
      .enum(['grid', 'uniform'])
      .default('grid')
      .describe('(c, σ) on a square grid over their ranges, or drawn uniformly.'),
    count: z.int().min(1).default(8100).describe('How many images; a square number for a grid.'),
  })
  .refine(images => images.sampling !== 'grid' || Number.isInteger(Math.sqrt(images.count)), {
    path: ['count'],
    error: 'expected a square number, such as 8100 = 90 × 90, because sampling is "grid"',
  })
  .describe('Gaussian distortions exp(−((u−c)² + (v−c)²) / σ).');
type GaussianSettings = z.output<typeof settings>;

export const gaussian = family({
  settings,
  images: (settings, { seed }) => gaussianImages(settings, seed),
});

/** Images per stratum, about: enough that a tenth of each is a whole number of test images. */
const STRATUM_IMAGES = 100;

/**
 * g(u, v) = exp(−((u−c)² + (v−c)²) / σ), with u and v over `resolution` equally spaced points of
 * [−extent, extent]; row-major, values in (0, 1].
 */
export function gaussianDistortion(
  { center, width }: { center: number; width: number },
  resolution: number,
  extent: number,
): Float32Array {
  const points = equallySpaced([-extent, extent], resolution);
  return Float32Array.from({ length: resolution * resolution }, (_, pixel) => {
    const u = points[pixel % resolution]! - center;
    const v = points[Math.floor(pixel / resolution)]! - center;
    return Math.exp(-(u * u + v * v) / width);
  });
}

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

/** Both ends included; the middle if there is to be one only. */
function equallySpaced([low, high]: readonly [number, number], count: number): number[] {
  if (count === 1) return [(low + high) / 2];
  return Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
}
