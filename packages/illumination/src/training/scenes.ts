// Procedural pictures under even light: leaves, edges, cloth-like noise, lines of text, next to nothing. Not one of them shows
// anything; what a network learns from them is how what is seen differs from how it is lit.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';

/** What the pictures of one series have in common. */
export interface Style {
  readonly scene: (random: RandomStream, side: number) => Float32Array;
  /** Standard deviation of the noise on the logarithm of a pixel. */
  readonly noise: number;
}

/** A way to make series of pictures. */
export function drawStyle(random: RandomStream): Style {
  const kind = random.uniform();
  const noise = random.uniform() < 0.5 ? 0 : Math.exp(between(random, Math.log(0.003), Math.log(0.08)));
  if (kind < 0.12) return { scene: page(random), noise };
  if (kind < 0.2) return { scene: nearlyEmpty(random), noise };
  return { scene: matter(random), noise };
}

/** Regions, leaves and blobs on a ground, textured, through a random gamma: the logarithm, side × side. */
function matter(style: RandomStream): (random: RandomStream, side: number) => Float32Array {
  const ground = Math.exp(between(style, Math.log(0.02), 0));
  const contrast = between(style, 0.1, 1.3);
  const isTwoTone = style.uniform() < 0.4;
  const tone = Math.exp(between(style, -1, 2));
  const leaves = style.uniform() < 0.15 ? 0 : Math.round(Math.exp(between(style, 0, Math.log(90))));
  const radius = Math.exp(between(style, Math.log(0.025), Math.log(0.5)));
  const spread = between(style, 0, 0.9);
  const isLight = style.uniform() < 0.4; // blobs add light; leaves cover what is under them
  const softness = style.uniform() < 0.5 ? 0.03 : between(style, 0.03, 1);
  const regions = style.uniform() < 0.5 ? 0 : 1 + style.integer(3);
  const clouds = style.uniform() < 0.4 ? 0 : 0.45 * style.uniform() ** 2;
  const largest = 2 ** (1 + style.integer(2)); // clouds as wide as the picture would be light
  const roughness = between(style, 0.2, 1.2);
  const texture = style.uniform() < 0.5 ? 0 : 0.5 * style.uniform() ** 1.5;
  const gamma = style.uniform() < 0.5 ? 1 : between(style, 0.4, 1.8);
  const varies = style.uniform() < 0.5; // whether some pictures are full and others empty
  const level = (random: RandomStream) =>
    isTwoTone ? tone * Math.exp(0.15 * random.normal()) : Math.exp(contrast * random.normal());

  return (random, side) => {
    const picture = new Float32Array(side * side).fill(ground);
    for (let region = 0; region < regions; region++)
      if (random.uniform() < 0.6) addRegion(picture, side, random, level(random));
    const count = varies ? Math.round(leaves * random.uniform() ** 2) : leaves;
    for (let leaf = 0; leaf < count; leaf++) {
      addLeaf(picture, side, random, {
        radius: Math.min(0.8, radius * Math.exp(spread * random.normal())),
        softness: softness * between(random, 0.5, 1.5),
        level: isLight ? (ground + 0.2) * level(random) : level(random),
        isLight,
      });
    }
    const log = picture.map(value => gamma * Math.log(value));
    if (clouds > 0) addNoise(log, side, random, clouds, roughness, largest);
    if (texture > 0) addNoise(log, side, random, texture, 0.2, 8);
    return log;
  };
}

/** Lines of words on paper, between margins, with a picture here and there. */
function page(style: RandomStream): (random: RandomStream, side: number) => Float32Array {
  const pitch = 2 + style.integer(5);
  const ink = between(style, 0.1, 0.7);
  const [left, top] = [between(style, 0, 0.2), between(style, 0, 0.2)];
  const paper = between(style, 0, 0.05);
  return (random, side) => {
    const log = new Float32Array(side * side);
    const end = (1 - left) * side;
    for (let y = Math.round(top * side); y < (1 - top) * side; y++) {
      if (y % pitch === pitch - 1 || (pitch > 3 && y % pitch === pitch - 2)) continue;
      const stop = random.uniform() < 0.15 ? end * random.uniform() : end;
      for (let x = Math.round(left * side); x < stop; ) {
        const word = 1 + random.integer(7);
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

/** A ground with a few faint things on it. */
function nearlyEmpty(style: RandomStream): (random: RandomStream, side: number) => Float32Array {
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

/** Everything on one side of a wavy line takes the level given, more or less. */
function addRegion(picture: Float32Array, side: number, random: RandomStream, level: number): void {
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

/** A disc of this radius (the picture is 2 wide), soft over a part of it; covers what is there, or adds to it. */
function addLeaf(
  picture: Float32Array,
  side: number,
  random: RandomStream,
  { radius, softness, level, isLight }: { radius: number; softness: number; level: number; isLight: boolean },
): void {
  const [a, b] = [between(random, -1.1, 1.1), between(random, -1.1, 1.1)];
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
function addNoise(
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
