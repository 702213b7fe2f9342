// Pictures of one vignette: squares of random grey on a grey ground.

import { randomStream } from '@blind-demod/arrays';
import type { Planes } from '../src/finder.js';

export function vignetted({ side, count }: { side: number; count: number }): {
  pictures: Planes;
  light: Float32Array;
} {
  const place = (index: number) => (2 * index + 1) / side - 1;
  const light = Float32Array.from({ length: side * side }, (_, pixel) => {
    const [u, v] = [place(pixel % side), place(Math.floor(pixel / side))];
    return (1 + 0.7 * (u * u + v * v)) ** -2;
  });
  const planes = Array.from({ length: count }, (_, number) => {
    const random = randomStream(number, 'squares');
    const scene = new Float32Array(side * side).fill(100);
    for (let square = 0; square < 40; square++) {
      const [left, top, length] = [random.integer(side), random.integer(side), 3 + random.integer(8)];
      const grey = 60 + 80 * random.uniform();
      for (let row = top; row < Math.min(side, top + length); row++)
        scene.fill(grey, row * side + left, row * side + Math.min(side, left + length));
    }
    return scene.map((value, pixel) => value * light[pixel]! * (1 + 0.01 * random.normal()));
  });
  return { pictures: { width: side, height: side, planes }, light };
}
