// Settings that several studies have.
import { z } from 'zod';

/** A count of at least 1. */
export const count = z.int().min(1);

/** The settings that every study has, and those given. Unknown ones are refused. */
export function studySchema<Shape extends z.ZodRawShape>(description: string, shape: Shape) {
  return z
    .strictObject({
      $schema: z.string().optional().describe('For editors: the JSON Schema of this file.'),
      seed: z.int().min(0).default(1).describe('Everything random follows from it.'),
      ...shape,
    })
    .describe(description);
}

/** Widths of a network, from the latent dimension to the number of measurements. */
export const widths = z
  .array(count)
  .min(2)
  .refine(([...list]) => list.every((width, index) => index === 0 || width > list[index - 1]!), {
    error: 'expected an expansive network: each width larger than the one before',
  });
