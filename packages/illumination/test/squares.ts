// A scene of squares of random grey on a grey ground.

import type { RandomStream } from '@blind-demod/arrays';

interface Squares {
  /** Pixels of a side of the picture. */
  readonly side: number;
  readonly count: number;
  readonly ground: number;
  /** The least of a square's side, and how many sides there are. */
  readonly sides: readonly [least: number, count: number];
  /** The darkest grey, and how much brighter the brightest is. */
  readonly greys: readonly [least: number, range: number];
}

export function squares(random: RandomStream, { side, count, ground, sides, greys }: Squares): Float64Array {
  const scene = new Float64Array(side * side).fill(ground);
  for (let square = 0; square < count; square++) {
    const [left, top] = [random.integer(side), random.integer(side)];
    const length = sides[0] + random.integer(sides[1]);
    const grey = greys[0] + greys[1] * random.uniform();
    for (let row = top; row < Math.min(side, top + length); row++)
      scene.fill(grey, row * side + left, row * side + Math.min(side, left + length));
  }
  return scene;
}
