// A spot of light on a floor: a condenser out of place, a lamp, a laser beam.
import { between, type DrawLight, lightFamily } from './light.js';

/** floor + (1 − floor) exp(−d² / 2): d is measured in the two widths of an ellipse, off centre and turned. */
export const drawSpot: DrawLight = random => {
  const [a, b] = [between(random, -0.8, 0.8), between(random, -0.8, 0.8)];
  const floor = between(random, 0.05, 0.5);
  const width = between(random, 0.45, 1.4);
  const across = width * between(random, 0.7, 1.4);
  const angle = between(random, 0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (u, v) => {
    const along = ((u - a) * cos + (v - b) * sin) / width;
    const aside = ((v - b) * cos - (u - a) * sin) / across;
    return floor + (1 - floor) * Math.exp(-(along * along + aside * aside) / 2);
  };
};

export const spot = lightFamily('spot', 'A spot of light on a floor, off centre, elliptical.', drawSpot);
