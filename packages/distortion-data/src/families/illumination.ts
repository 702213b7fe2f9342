// Uneven light as it is met: any of the families of lights, now and then two at once, strong or hardly there.

import { chosen } from '@blind-demod/arrays';
import { drawGradient } from './gradient.js';
import { between, type DrawLight, lightFamily } from './light.js';
import { drawPolynomial } from './polynomial.js';
import { drawScanLines } from './scan-lines.js';
import { drawShadow } from './shadow.js';
import { drawSpot } from './spot.js';
import { drawStripe } from './stripe.js';
import { drawVignette } from './vignette.js';

/** How often each is drawn, of all. */
const SHARES: readonly (readonly [number, DrawLight])[] = [
  [0.24, drawSpot],
  [0.22, drawVignette],
  [0.12, drawGradient],
  [0.2, drawPolynomial],
  [0.16, drawStripe],
  [0.04, drawShadow],
  [0.02, drawScanLines],
];

/** How often a light is the product of two. */
const TWO_AT_ONCE = 0.25;
/** How often a light is weakened, to a power between a fiftieth and one. */
const WEAKENED = 0.35;

export const drawIllumination: DrawLight = random => {
  const one = chosen(SHARES, random)(random);
  const other = random.uniform() < TWO_AT_ONCE ? chosen(SHARES, random)(random) : () => 1;
  const power = random.uniform() < WEAKENED ? Math.exp(between(random, Math.log(0.02), 0)) : 1;
  return (u, v) => (one(u, v) * other(u, v)) ** power;
};

export const illumination = lightFamily(
  'illumination',
  'Uneven light as it is met: a mixture of the families of lights, strong and weak.',
  drawIllumination,
);
