// Polynomials in the place: uneven light of no particular cause.
import { between, type DrawLight, lightFamily, renderLight } from './light.js';

/** Points each way over which a polynomial is brought into its range. */
const POINTS = 16;

/** A random polynomial of degree 2 to 4, brought into [floor, 1]. */
export const drawPolynomial: DrawLight = random => {
  const degree = 2 + random.integer(3);
  const powers = Array.from({ length: degree + 1 }, (_, i) =>
    Array.from({ length: degree + 1 - i }, (_, j) => [i, j, random.normal()] as const),
  ).flat();
  const polynomial = (u: number, v: number) =>
    powers.reduce((sum, [i, j, factor]) => sum + factor * u ** i * v ** j, 0);
  const values = renderLight(polynomial, POINTS);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const floor = between(random, 0.25, 0.8);
  // Beyond the outermost points it may leave the range; it stays positive.
  return (u, v) => Math.max(floor / 2, floor + (1 - floor) * ((polynomial(u, v) - low) / (high - low)));
};

export const polynomial = lightFamily(
  'polynomial',
  'A random polynomial of degree 2 to 4 in the place.',
  drawPolynomial,
);
