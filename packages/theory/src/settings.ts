// Settings that several studies have.
import { z } from 'zod';

/** A count of at least 1. */
export const count = z.int().min(1).max(1_000_000);

/** So many numbers an array of a study may have: a gibibyte of them. */
const MOST_NUMBERS = 2 ** 27;
const TOO_LARGE = `expected sizes and counts that need at most ${MOST_NUMBERS} numbers in one array`;

/** The settings that every study has. */
const common = {
  $schema: z.string().optional().describe('For editors: the JSON Schema of this file.'),
  seed: z.int().min(0).default(1).describe('Everything random follows from it.'),
};

/**
 * The settings that every study has, and those given. Unknown ones are refused, and those that no machine holds.
 *
 * @param numbers about how many numbers the study's largest array has, where widths alone do not say so.
 */
export function studySchema<Shape extends z.ZodRawShape>(
  description: string,
  shape: Shape,
  numbers: (settings: z.output<z.ZodObject<Shape>>) => number = () => 0,
) {
  return z
    .strictObject({ ...common, ...shape })
    .refine(settings => numbers(settings as never) <= MOST_NUMBERS, { error: TOO_LARGE })
    .describe(description);
}

/** How many weights the largest layer of a network has. */
export const largestLayer = (widths: readonly number[]): number =>
  Math.max(...widths.slice(1).map((width, index) => width * widths[index]!));

/** Of codes after every step of so many descents, kept as objects. */
export const numbersOfSteps = (descents: number, steps: number): number => 32 * descents * steps;

/** Widths of a network, from the latent dimension to the number of measurements. */
export const widths = z
  .array(count)
  .min(2)
  .refine(([...list]) => list.every((width, index) => index === 0 || width > list[index - 1]!), {
    error: 'expected an expansive network: each width larger than the one before',
  })
  .refine(list => largestLayer(list) <= MOST_NUMBERS, { error: TOO_LARGE });
