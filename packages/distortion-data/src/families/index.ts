// The families of images, by the name that a config calls them by.
import type { z } from 'zod';
import { folder } from './folder.js';
import { gaussian } from './gaussian.js';
import { idx } from './idx.js';
import { mnist } from './mnist.js';

export const FAMILIES = {
  mnist,
  idx,
  folder,
  gaussian,
};

export type FamilyName = keyof typeof FAMILIES;

/** The settings of a family's images, of any family where none is named. */
export type ImageSettings<Name extends FamilyName = FamilyName> = {
  [N in Name]: z.output<(typeof FAMILIES)[N]['settings']>;
}[Name];
