// Pictures of one vignette: squares of random grey on a grey ground.

import { randomStream } from '@blind-demod/arrays';
import type { Planes } from '../src/finder.js';
import { squares } from './squares.js';

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
    const scene = squares(random, { side, count: 40, ground: 100, sides: [3, 8], greys: [60, 80] });
    return Float32Array.from(scene, (value, pixel) => value * light[pixel]! * (1 + 0.01 * random.normal()));
  });
  return { pictures: { width: side, height: side, planes }, light };
}
