// Pages of text.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { addNoise } from './draw.js';
import type { Scene } from './scene.js';

/** Lines of words on paper, between margins, with a picture here and there. */
export function page(style: RandomStream): Scene {
  const pitch = 2 + style.integer(9);
  const gap = Math.max(1, Math.round(0.35 * pitch));
  const ink = between(style, 0.1, 0.7);
  const [left, top] = [between(style, 0, 0.2), between(style, 0, 0.2)];
  const paper = between(style, 0, 0.05);
  return (random, side) => {
    const log = new Float32Array(side * side);
    const end = (1 - left) * side;
    for (let y = Math.round(top * side); y < (1 - top) * side; y++) {
      if (y % pitch >= pitch - gap) continue;
      const stop = random.uniform() < 0.15 ? end * random.uniform() : end;
      for (let x = Math.round(left * side); x < stop; ) {
        const word = 1 + random.integer(14);
        const covered = ink * between(random, 0.5, 1);
        for (let i = 0; i < word && x < stop; i++, x++) log[y * side + x] = Math.log(1 - covered);
        x++;
      }
    }
    while (random.uniform() < 0.4) {
      const [w, h] = [1 + random.integer(side / 2), 1 + random.integer(side / 2)];
      const [x0, y0] = [random.integer(side - w), random.integer(side - h)];
      const value = Math.log(between(random, 0.15, 1));
      for (let y = y0; y < y0 + h; y++) log.fill(value, y * side + x0, y * side + x0 + w);
    }
    if (paper > 0) addNoise(log, side, random, paper, 0.3, 4);
    return log;
  };
}
