// Tissue: regions that lie in each other like the layers of an organ, each of its own brightness, grain and cells.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { addLeaf, addNoise, anywhere } from './draw.js';
import type { Scene } from './scene.js';

/** Layers along the level lines of a smooth field, cells in them, holes and vessels; now and then the section ends. */
export function tissue(style: RandomStream): Scene {
  const contrast = between(style, 0.05, 0.8);
  const softness = Math.exp(between(style, Math.log(0.02), Math.log(0.5)));
  const layers = Array.from({ length: 1 + style.integer(4) }, () => ({
    border: 1.2 * style.normal(),
    level: contrast * style.normal(),
    grain: 0.6 * style.uniform() ** 1.5,
    density: style.uniform() ** 2,
  })).sort((a, b) => a.border - b.border);
  const coarsest = 2 ** style.integer(3);
  const roughness = between(style, 0.5, 1.8);
  const end = style.uniform() < 0.4 ? -between(style, 1, 4) : 0; // beyond the section
  const count = style.uniform() < 0.3 ? 0 : Math.round(Math.exp(between(style, Math.log(10), Math.log(500))));
  const radius = Math.exp(between(style, Math.log(0.012), Math.log(0.06)));
  const brightness = Math.exp(between(style, Math.log(0.2), Math.log(5)));
  const absorbs = style.uniform() < 0.3;
  const holes = style.uniform() < 0.5 ? 0 : style.integer(12);
  const fineness = 4 * 2 ** style.integer(3);
  return (random, side) => {
    const field = new Float32Array(side * side);
    addNoise(field, side, random, 1, roughness, coarsest);
    const shift = 0.7 * random.normal();
    const mixed = (of: (layer: (typeof layers)[number]) => number, pixel: number) => {
      let value = of(layers[0]!);
      for (const [index, layer] of layers.entries()) {
        if (index === 0) continue;
        value +=
          (of(layer) - of(layers[index - 1]!)) * soft((field[pixel]! + shift - layer.border) / softness);
      }
      return value;
    };
    const things = new Float32Array(side * side);
    for (let thing = 0; thing < count; thing++) {
      const at = anywhere(random);
      const pixel = pixelAt(at, side);
      if (random.uniform() >= mixed(layer => layer.density, pixel)) continue;
      addLeaf(things, side, random, {
        radius: radius * Math.exp(0.3 * random.normal()),
        softness: between(random, 0.2, 0.9),
        level: brightness * Math.exp(0.5 * random.normal()),
        isLight: true,
        at,
      });
    }
    const grain = new Float32Array(side * side);
    addNoise(grain, side, random, 1, 0.3, fineness);
    const ends = end < 0 && random.uniform() < 0.5 ? between(random, -1.5, 0.5) : Number.NEGATIVE_INFINITY;
    const log = field.map((height, pixel) => {
      const inside = soft((height - ends) / softness);
      const level = mixed(layer => layer.level, pixel) + mixed(layer => layer.grain, pixel) * grain[pixel]!;
      const glow = Math.exp(end + inside * (level - end));
      const seen = inside * Math.min(6, things[pixel]!);
      return absorbs ? Math.log(glow) - 0.3 * seen : Math.log(glow + seen * Math.exp(0.5 * level));
    });
    for (let hole = 0; hole < holes; hole++) {
      addLeaf(log, side, random, {
        radius: Math.exp(between(random, Math.log(0.02), Math.log(0.15))),
        softness: between(random, 0.1, 0.6),
        level: contrast * 2 * random.normal(),
        isLight: false,
      });
    }
    return log;
  };
}

/** From 0 far below to 1 far above. */
const soft = (x: number) => 1 / (1 + Math.exp(-4 * x));

const pixelAt = ([u, v]: readonly [number, number], side: number) => {
  const index = (place: number) => Math.min(side - 1, Math.max(0, Math.floor(((place + 1) * side) / 2)));
  return index(v) * side + index(u);
};
