// Haze: part of the light of each place is spread over what is around it, as optics and what is out of focus do.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import type { Scene } from './scene.js';

/** The scene, seen through haze. */
export function hazy(scene: Scene, style: RandomStream): Scene {
  const part = between(style, 0.05, 0.7);
  const radius = Math.exp(between(style, Math.log(0.02), Math.log(0.15)));
  return (random, side) => {
    const values = scene(random, side).map(Math.exp);
    const spread = blurred(values, side, Math.max(1, Math.round(radius * side)));
    return values.map((value, pixel) => Math.log((1 - part) * value + part * spread[pixel]!));
  };
}

/** Three means over 2 · radius + 1 pixels each way: nearly a Gaussian. Beyond the border it goes on as on it. */
function blurred(field: Float32Array, side: number, radius: number): Float32Array {
  let current = field;
  for (let time = 0; time < 3; time++) current = meanAlong(meanAlong(current, side, radius), side, radius);
  return current;
}

/** Along the rows, and the result turned over the diagonal, so that the second time is along the columns. */
function meanAlong(field: Float32Array, side: number, radius: number): Float32Array {
  const result = new Float32Array(field.length);
  const place = (x: number) => Math.min(side - 1, Math.max(0, x));
  for (let y = 0; y < side; y++) {
    let sum = 0;
    for (let x = -radius; x <= radius; x++) sum += field[y * side + place(x)]!;
    for (let x = 0; x < side; x++) {
      result[x * side + y] = sum / (2 * radius + 1);
      sum += field[y * side + place(x + radius + 1)]! - field[y * side + place(x - radius)]!;
    }
  }
  return result;
}
