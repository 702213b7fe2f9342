// Vignettes: what a lens loses towards the border.
import { between, type DrawLight, lightFamily } from './light.js';

/** The fourth power of the cosine of the angle at which a pixel is seen, 1 / (1 + t d²)², with its centre off the middle. */
export const drawVignette: DrawLight = random => {
  const [a, b] = [between(random, -0.5, 0.5), between(random, -0.5, 0.5)];
  const tangentSquared = between(random, 0.1, 1.2);
  return (u, v) => (1 + tangentSquared * ((u - a) ** 2 + (v - b) ** 2)) ** -2;
};

export const vignette = lightFamily(
  'vignette',
  'Natural vignetting, the fourth power of a cosine, off centre.',
  drawVignette,
);
