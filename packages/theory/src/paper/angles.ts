// Angles between vectors, and what random layers make of them.
import { norm, scaled } from '@blind-demod/arrays';

/** The angle between two vectors that are not zero, in [0, π]. */
export function angle(a: Float64Array, b: Float64Array): number {
  return angleBetweenUnits(scaled(a, 1 / norm(a)), scaled(b, 1 / norm(b)));
}

/** The same of unit vectors. Small angles keep their digits, which they lose in the arc cosine of x·y. */
export function angleBetweenUnits(x: Float64Array, y: Float64Array): number {
  let [apart, together] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    apart += (x[i]! - y[i]!) ** 2;
    together += (x[i]! + y[i]!) ** 2;
  }
  return 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
}

/** g(θ) = arccos(((π−θ) cos θ + sin θ)/π): the angle between relu(Wx) and relu(Wy) when θ is that between x and y. */
export function angleAfterLayer(theta: number): number {
  return Math.acos(Math.min(1, ((Math.PI - theta) * Math.cos(theta) + Math.sin(theta)) / Math.PI));
}

/** θ, g(θ), g(g(θ)), …, depth + 1 of them. */
export function anglesThroughLayers(theta: number, depth: number): number[] {
  const angles = [theta];
  while (angles.length <= depth) angles.push(angleAfterLayer(angles.at(-1)!));
  return angles;
}
