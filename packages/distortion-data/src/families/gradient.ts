// A gradient: light from one side.
import { between, type DrawLight, drawDirection, lightFamily } from './light.js';

/** exp(slope · p), p along a random direction. */
export const drawGradient: DrawLight = random => {
  const along = drawDirection(random);
  const slope = between(random, 0.05, 0.7);
  return (u, v) => Math.exp(slope * along(u, v));
};

export const gradient = lightFamily('gradient', 'Light that falls off along one direction.', drawGradient);
