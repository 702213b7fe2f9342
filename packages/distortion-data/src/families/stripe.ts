// A stripe: a light sheet, a slit, a scanner's lamp.
import { between, type DrawLight, drawDirection, lightFamily } from './light.js';

/** A step or a ridge across a random direction, times a wide vignette. */
export const drawStripe: DrawLight = random => {
  const along = drawDirection(random);
  const place = between(random, -0.5, 0.5);
  const steepness = between(random, 0.7, 2.8);
  const depth = between(random, 0.1, 0.6);
  const width = between(random, 0.8, 2);
  const profile =
    random.uniform() < 0.6
      ? (p: number) => 1 + depth * Math.tanh(p * steepness)
      : (p: number) => 1 - depth + depth * Math.exp(-((p * steepness) ** 2) / 2);
  return (u, v) => profile(along(u, v) - place) * Math.exp(-(u * u + v * v) / (2 * width * width));
};

export const stripe = lightFamily('stripe', 'A step or a ridge of light across the picture.', drawStripe);
