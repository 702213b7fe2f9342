// What scenes are drawn with: regions, leaves, noise.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';

/** Everything on one side of a wavy line takes the level given, more or less. */
export function addRegion(picture: Float32Array, side: number, random: RandomStream, level: number): void {
  const angle = between(random, 0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const place = between(random, -0.8, 0.8);
  const waves = Array.from({ length: 3 }, (_, i) => [
    between(random, 0, 0.25) / (i + 1),
    (i + 1) * between(random, 1, 4),
    between(random, 0, 6.28),
  ]) as [number, number, number][];
  const softness = Math.max(1 / side, random.uniform() < 0.6 ? 0 : between(random, 0, 0.3));
  const cover = between(random, 0.5, 1);
  for (let y = 0; y < side; y++) {
    const v = (2 * y + 1) / side - 1;
    for (let x = 0; x < side; x++) {
      const u = (2 * x + 1) / side - 1;
      const aside = v * cos - u * sin;
      let distance = u * cos + v * sin - place;
      for (const [height, frequency, phase] of waves)
        distance += height * Math.sin(frequency * aside + phase);
      const inside = cover * Math.min(1, Math.max(0, distance / softness + 0.5));
      picture[y * side + x]! += inside * (level - picture[y * side + x]!);
    }
  }
}

export interface Leaf {
  /** The picture is 2 wide. */
  readonly radius: number;
  /** The part of the radius over which the border is soft. */
  readonly softness: number;
  readonly level: number;
  /** Adds to what is there, or else covers it. */
  readonly isLight: boolean;
  /** [u, v]; anywhere when absent. */
  readonly at?: readonly [number, number];
}

/** Anywhere in a picture or a little beyond its border. */
export const anywhere = (random: RandomStream): readonly [number, number] => [
  between(random, -1.1, 1.1),
  between(random, -1.1, 1.1),
];

/** A disc, a little stretched. */
export function addLeaf(
  picture: Float32Array,
  side: number,
  random: RandomStream,
  { radius, softness, level, isLight, at }: Leaf,
): void {
  const [a, b] = at ?? anywhere(random);
  const stretch = Math.exp(0.3 * random.normal());
  const angle = between(random, 0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const soft = Math.max(softness, 2 / side / radius);
  const reach = radius * (1 + soft) * Math.max(stretch, 1 / stretch);
  const first = (place: number) => Math.max(0, Math.floor(((place - reach + 1) * side) / 2));
  const last = (place: number) => Math.min(side, Math.ceil(((place + reach + 1) * side) / 2));
  for (let y = first(b); y < last(b); y++) {
    const v = (2 * y + 1) / side - 1 - b;
    for (let x = first(a); x < last(a); x++) {
      const u = (2 * x + 1) / side - 1 - a;
      const distance = Math.hypot((u * cos + v * sin) * stretch, (v * cos - u * sin) / stretch) / radius;
      const inside = Math.min(1, Math.max(0, (1 - distance) / soft + 0.5));
      if (inside === 0) continue;
      const pixel = y * side + x;
      picture[pixel]! += isLight ? inside * level : inside * (level - picture[pixel]!);
    }
  }
}

/**
 * Adds noise of this size over several octaves, from grids of `coarsest` cells upwards; each finer octave is smaller by
 * 2^−roughness.
 */
export function addNoise(
  field: Float32Array,
  side: number,
  random: RandomStream,
  size: number,
  roughness: number,
  coarsest: number,
): void {
  let octaveSize = size;
  for (let cells = coarsest; cells <= side / 2; cells *= 2) {
    const grid = random.normals((cells + 2) ** 2);
    const shift = random.uniform();
    for (let y = 0; y < side; y++) {
      const gy = (y * cells) / side + shift;
      const y0 = Math.floor(gy);
      const fy = smoothstep(gy - y0);
      for (let x = 0; x < side; x++) {
        const gx = (x * cells) / side + shift;
        const x0 = Math.floor(gx);
        const fx = smoothstep(gx - x0);
        const corner = y0 * (cells + 2) + x0;
        const above = grid[corner]! + fx * (grid[corner + 1]! - grid[corner]!);
        const below =
          grid[corner + cells + 2]! + fx * (grid[corner + cells + 3]! - grid[corner + cells + 2]!);
        field[y * side + x]! += octaveSize * (above + fy * (below - above));
      }
    }
    octaveSize *= 2 ** -roughness;
  }
}

const smoothstep = (t: number) => t * t * (3 - 2 * t);
