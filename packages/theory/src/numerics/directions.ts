// Random unit vectors.
import { inner, norm, type RandomStream, scaled } from '@blind-demod/arrays';

/** A unit vector, every direction as likely as any other. */
export function randomUnit(dimension: number, random: RandomStream): Float64Array {
  const vector = Float64Array.from({ length: dimension }, () => random.normal());
  return scaled(vector, 1 / norm(vector));
}

/**
 * A unit vector at the angle θ to a vector, otherwise random. In one dimension there is none: the result is cos θ times
 * the vector's direction.
 */
export function randomUnitAtAngle(theta: number, to: Float64Array, random: RandomStream): Float64Array {
  const unit = scaled(to, 1 / norm(to));
  const other = randomUnit(to.length, random);
  const along = inner(other, unit);
  const across = other.map((entry, i) => entry - along * unit[i]!);
  const length = norm(across) || 1;
  return unit.map((entry, i) => Math.cos(theta) * entry + (Math.sin(theta) * across[i]!) / length);
}
