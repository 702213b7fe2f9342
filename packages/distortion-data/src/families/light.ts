// Lights: smooth distortions in closed form, each a function of the place in the picture, at any size.

import { float32, type RandomStream, randomStream } from '@blind-demod/arrays';
import { z } from 'zod';
import { type FamilyImages, family, MOST_IMAGES, withinMemory } from './family.js';

/** The light at (u, v), u from −1 at the left border to 1 at the right one, v the same from top to bottom; positive. */
export type Light = (u: number, v: number) => number;

/** Draws one light of a family. */
export type DrawLight = (random: RandomStream) => Light;

/** The family of the lights that `draw` draws, each scaled to a highest value of 1. */
export const lightFamily = <Name extends string>(source: Name, about: string, draw: DrawLight) =>
  family({
    settings: z
      .strictObject({
        source: z.literal(source).describe(about),
        count: z.int().min(1).max(MOST_IMAGES).default(8000).describe('How many lights to draw.'),
        resolution: z
          .int()
          .min(2)
          .max(1024)
          .default(64)
          .describe('Pixels per side, before the image is resized.'),
      })
      .refine(...withinMemory)
      .describe(about),
    images: ({ count, resolution }, { seed }) => drawImages(source, draw, { count, resolution, seed }),
  });

/** Light `index` has a random stream of its own: it stays the same however many are drawn. */
function drawImages(
  source: string,
  draw: DrawLight,
  { count, resolution, seed }: { count: number; resolution: number; seed: number },
): FamilyImages {
  const pixels = new Float32Array(count * resolution ** 2);
  for (let index = 0; index < count; index++) {
    const values = renderLight(draw(randomStream(seed, source, index)), resolution);
    const highest = values.reduce((a, b) => Math.max(a, b));
    pixels.set(
      values.map(value => value / highest),
      index * resolution ** 2,
    );
  }
  return { pixels: float32([count, 1, resolution, resolution], pixels), labels: new Int32Array(count) };
}

/** The light at the centres of side × side pixels, row-major. */
export function renderLight(light: Light, side: number): Float32Array {
  const place = (index: number) => (2 * index + 1) / side - 1;
  return Float32Array.from({ length: side * side }, (_, pixel) =>
    light(place(pixel % side), place(Math.floor(pixel / side))),
  );
}

/** Uniform in [low, high). */
export const between = (random: RandomStream, low: number, high: number): number =>
  low + (high - low) * random.uniform();

/** How far (u, v) lies along a direction drawn at random: in [−√2, √2]. */
export function drawDirection(random: RandomStream): (u: number, v: number) => number {
  const angle = between(random, 0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (u, v) => u * cos + v * sin;
}
