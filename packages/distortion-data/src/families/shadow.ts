// A shadow with a soft edge: a hand over a page, a holder in the light's way.
import { between, type DrawLight, drawDirection, lightFamily } from './light.js';

/** 1 − depth · s: s rises from 0 to 1 across a straight or a round edge. */
export const drawShadow: DrawLight = random => {
  const depth = between(random, 0.15, 0.7);
  const softness = between(random, 0.08, 0.5);
  const along = drawDirection(random);
  const place = between(random, -0.7, 0.7);
  const [a, b] = [between(random, -1, 1), between(random, -1, 1)];
  const radius = between(random, 0.3, 0.9);
  const inside =
    random.uniform() < 0.6
      ? (u: number, v: number) => along(u, v) - place
      : (u: number, v: number) => radius - Math.hypot(u - a, v - b);
  return (u, v) => 1 - depth / (1 + Math.exp((-4 * inside(u, v)) / softness));
};

export const shadow = lightFamily('shadow', 'A shadow with a soft edge, straight or round.', drawShadow);
