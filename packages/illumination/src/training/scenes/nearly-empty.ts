// Next to nothing.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { addLeaf, addNoise } from './draw.js';
import type { Scene } from './scene.js';

/** A ground with a few faint things on it. */
export function nearlyEmpty(style: RandomStream): Scene {
  const things = style.integer(4);
  const faint = between(style, 0.02, 0.3);
  const clouds = between(style, 0, 0.08);
  return (random, side) => {
    const picture = new Float32Array(side * side).fill(1);
    for (let thing = 0; thing < things; thing++) {
      addLeaf(picture, side, random, {
        radius: between(random, 0.03, 0.3),
        softness: between(random, 0.03, 0.6),
        level: faint * random.normal(),
        isLight: true,
      });
    }
    const log = picture.map(value => Math.log(Math.max(value, 0.1)));
    addNoise(log, side, random, clouds, 0.6, 2);
    return log;
  };
}
