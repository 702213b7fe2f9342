// The families of images, by the name that a config calls them by.
import type { z } from 'zod';
import { folder } from './folder.js';
import { gaussian } from './gaussian.js';
import { gradient } from './gradient.js';
import { idx } from './idx.js';
import { illumination } from './illumination.js';
import { measured } from './measured.js';
import { mnist } from './mnist.js';
import { polynomial } from './polynomial.js';
import { scanLines } from './scan-lines.js';
import { shadow } from './shadow.js';
import { spot } from './spot.js';
import { stripe } from './stripe.js';
import { vignette } from './vignette.js';

export const FAMILIES = {
  mnist,
  idx,
  folder,
  gaussian,
  spot,
  vignette,
  gradient,
  polynomial,
  stripe,
  'scan-lines': scanLines,
  shadow,
  illumination,
  measured,
};

export type FamilyName = keyof typeof FAMILIES;

/** The settings of a family's images, of any family where none is named. */
export type ImageSettings<Name extends FamilyName = FamilyName> = {
  [N in Name]: z.output<(typeof FAMILIES)[N]['settings']>;
}[Name];
