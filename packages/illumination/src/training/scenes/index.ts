// Procedural pictures under even light. Not one of them shows anything; what a network learns from them is how what is seen
// differs from how it is lit.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { cells } from './cells.js';
import { fibres } from './fibres.js';
import { matter } from './matter.js';
import { nearlyEmpty } from './nearly-empty.js';
import { page } from './page.js';
import type { Scene } from './scene.js';

/** What the pictures of one series have in common. */
export interface Style {
  readonly scene: Scene;
  /** Standard deviation of the noise on the logarithm of a pixel. */
  readonly noise: number;
}

/** How often each kind is drawn, of all; the rest is `matter`. */
const SHARES: readonly (readonly [number, (style: RandomStream) => Scene])[] = [
  [0.1, page],
  [0.06, nearlyEmpty],
  [0.18, cells],
  [0.05, fibres],
];
const NOISE = [0.004, 0.11] as const;

/** A way to make series of pictures. */
export function drawStyle(random: RandomStream): Style {
  let left = random.uniform();
  const noise =
    random.uniform() < 0.5 ? 0 : Math.exp(between(random, Math.log(NOISE[0]), Math.log(NOISE[1])));
  for (const [share, kind] of SHARES) {
    left -= share;
    if (left < 0) return { scene: kind(random), noise };
  }
  return { scene: matter(random), noise };
}
