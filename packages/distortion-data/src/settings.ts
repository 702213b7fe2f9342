// The settings that images depend on: those of their family, and those that both factors share.
import type { ByFactor } from '@blind-demod/arrays';
import { z } from 'zod';
import { FAMILIES, type ImageSettings } from './families/index.js';

const [first, ...others] = Object.values(FAMILIES).map(({ settings }) => settings);

export const imageSchema = z
  .discriminatedUnion('source', [first!, ...others])
  .describe('Where the images of this factor come from.') satisfies z.ZodType<ImageSettings>;

/** Of an experiment, all that the images of both factors depend on. */
export type DataSettings = {
  readonly seed: number;
  readonly imageSize: number;
  readonly channels: number;
  readonly split: { readonly testFraction: number };
} & ByFactor<{ readonly images: ImageSettings }>;
