// Cells, nuclei, grains: many small things, denser in some regions than in others.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { addLeaf, addNoise, addRegion, anywhere } from './draw.js';
import type { Scene } from './scene.js';

/** Many small things on a ground, denser in some regions than in others: cells, nuclei, grains. */
export function cells(style: RandomStream): Scene {
  const ground = Math.exp(between(style, Math.log(0.03), Math.log(2)));
  const autofluorescence = style.uniform() < 0.5 ? 0 : between(style, 0, 2);
  const count = Math.round(Math.exp(between(style, Math.log(30), Math.log(900))));
  const radius = Math.exp(between(style, Math.log(0.012), Math.log(0.1)));
  const spread = between(style, 0, 0.5);
  const contrast = between(style, 0.05, 1);
  const regions = style.integer(5);
  const absorbs = style.uniform() < 0.25;
  const depth = between(style, 0.2, 1.5);
  const clouds = style.uniform() < 0.6 ? 0 : 0.25 * style.uniform() ** 2;
  const texture = style.uniform() < 0.4 ? 0 : 0.3 * style.uniform() ** 1.5;
  const crowd = Math.max(1, radius * radius * count); // where they lie on each other the picture is no brighter
  return (random, side) => {
    const density = new Float32Array(side * side).fill(random.uniform() < 0.5 ? 1 : between(random, 0.05, 1));
    for (let region = 0; region < regions; region++)
      if (random.uniform() < 0.7)
        addRegion(density, side, random, random.uniform() < 0.3 ? 0 : between(random, 0, 1));
    const things = new Float32Array(side * side);
    for (let thing = 0; thing < count; thing++) {
      const at = anywhere(random);
      if (random.uniform() >= density[cellAt(at, side)]!) continue;
      addLeaf(things, side, random, {
        radius: radius * Math.exp(spread * random.normal()),
        softness: between(random, 0.1, 0.8),
        level: Math.exp(contrast * random.normal()) / crowd,
        isLight: true,
        at,
      });
    }
    const log = density.map((dense, pixel) => {
      const glow = ground * (1 + autofluorescence * dense);
      return absorbs ? Math.log(glow) - depth * Math.min(2, things[pixel]!) : Math.log(glow + things[pixel]!);
    });
    if (clouds > 0) addNoise(log, side, random, clouds, 0.6, 2);
    if (texture > 0) addNoise(log, side, random, texture, 0.2, 8);
    return log;
  };
}

const cellAt = ([u, v]: readonly [number, number], side: number) => {
  const index = (place: number) => Math.min(side - 1, Math.max(0, Math.floor(((place + 1) * side) / 2)));
  return index(v) * side + index(u);
};
