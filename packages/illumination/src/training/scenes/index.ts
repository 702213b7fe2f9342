// Procedural pictures under even light. Not one of them shows anything; what a network learns from them is how what is seen
// differs from how it is lit.

import { chosen, type RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { cells } from './cells.js';
import { fibres } from './fibres.js';
import { hazy } from './haze.js';
import { matter } from './matter.js';
import { nearlyEmpty } from './nearly-empty.js';
import { page } from './page.js';
import type { Scene } from './scene.js';
import { tissue } from './tissue.js';

/** What the pictures of one series have in common. */
export interface Style {
  readonly scene: Scene;
  /** Standard deviation of the noise on the logarithm of a pixel. */
  readonly noise: number;
}

/** How often each kind is drawn, of all. */
const SHARES: readonly (readonly [number, (style: RandomStream) => Scene])[] = [
  [0.1, page],
  [0.06, nearlyEmpty],
  [0.18, cells],
  [0.05, fibres],
  [0.2, tissue],
  [0.41, matter],
];
/** How often a scene is seen through haze. */
const HAZE = 0.3;
const NOISE = [0.004, 0.11] as const;

/** A way to make series of pictures. */
export function drawStyle(random: RandomStream): Style {
  const kind = chosen(SHARES, random);
  const noise =
    random.uniform() < 0.5 ? 0 : Math.exp(between(random, Math.log(NOISE[0]), Math.log(NOISE[1])));
  const scene = kind(random);
  return { scene: random.uniform() < HAZE ? hazy(scene, random) : scene, noise };
}
