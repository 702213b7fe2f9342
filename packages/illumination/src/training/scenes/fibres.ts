// Fibres.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { addLeaf, addNoise } from './draw.js';
import type { Scene } from './scene.js';

/** Fibres that run side by side, more or less, on a ground. */
export function fibres(style: RandomStream): Scene {
  const ground = Math.exp(between(style, Math.log(0.05), Math.log(2)));
  const count = Math.round(Math.exp(between(style, Math.log(5), Math.log(120))));
  const disorder = style.uniform();
  const contrast = between(style, 0.1, 0.9);
  const width = Math.exp(between(style, Math.log(0.01), Math.log(0.06)));
  const bend = between(style, 0, 0.25);
  const texture = style.uniform() < 0.5 ? 0 : 0.3 * style.uniform();
  return (random, side) => {
    const picture = new Float32Array(side * side).fill(ground);
    const along = between(random, 0, 2 * Math.PI);
    for (let fibre = 0; fibre < count; fibre++) {
      let angle = along + disorder * between(random, -Math.PI, Math.PI);
      let [u, v] = [between(random, -1.2, 1.2), between(random, -1.2, 1.2)];
      const level = 0.5 * Math.exp(contrast * random.normal());
      const step = width * 1.2;
      const steps = Math.round(between(random, 0.2, 1.5) / step);
      for (let i = 0; i < steps; i++) {
        addLeaf(picture, side, random, { radius: width, softness: 0.6, level, isLight: true, at: [u, v] });
        angle += bend * random.normal();
        u += step * Math.cos(angle);
        v += step * Math.sin(angle);
      }
    }
    const log = picture.map(Math.log);
    if (texture > 0) addNoise(log, side, random, texture, 0.3, 8);
    return log;
  };
}
