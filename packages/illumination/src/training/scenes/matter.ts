// Things of any size on a ground: what most photographs show.

import type { RandomStream } from '@blind-demod/arrays';
import { between } from '@blind-demod/distortion-data';
import { addLeaf, addNoise, addRegion } from './draw.js';
import type { Scene } from './scene.js';

/** Regions, leaves and blobs on a ground, textured, through a random gamma: the logarithm, side × side. */
export function matter(style: RandomStream): Scene {
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
