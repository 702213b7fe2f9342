// Q_{x,y}: the mean of W_{+,x}ᵀ W_{+,y} over Gaussian weights. docs/weight-distribution.md derives it.

import { addScaled, inner, scaled } from '@blind-demod/arrays';
import { angleBetweenUnits } from './angles.js';

/**
 * Q_{x,y} u = ((π−θ)/2π) u + (sin θ/2π) M u, for unit x and y at the angle θ. M exchanges x and y, and is zero across
 * their plane.
 *
 * M = ssᵀ/‖s‖² − ddᵀ/‖d‖² with s = x + y, ‖s‖² = 2 + 2 cos θ, and d = x − y, ‖d‖² = 2 − 2 cos θ; so
 * sin θ M = ½ (tan(θ/2) ssᵀ − cot(θ/2) ddᵀ).
 */
export function expectedProduct(x: Float64Array, y: Float64Array, u: Float64Array): Float64Array {
  const angle = angleBetweenUnits(x, y);
  const product = scaled(u, (Math.PI - angle) / (2 * Math.PI));
  // At 0 and π, where x and y span a line, sin θ M is zero.
  if (Math.sin(angle) < 1e-12) return product;
  const [alongX, alongY] = [inner(x, u), inner(y, u)];
  const sum = ((alongX + alongY) * Math.tan(angle / 2)) / (4 * Math.PI);
  const difference = (alongX - alongY) / (Math.tan(angle / 2) * 4 * Math.PI);
  addScaled(product, sum - difference, x);
  addScaled(product, sum + difference, y);
  return product;
}

/** The gradient of uᵀ Q_{x,y} u with respect to unit x; its part along x has no meaning. */
export function expectedFormGradient(x: Float64Array, y: Float64Array, u: Float64Array): Float64Array {
  // 2π uᵀQu = π − θ + (2XY − c (X² + Y²)) / s with X = u·x, Y = u·y, c = cos θ, s = sin θ. It has a kink at θ = 0.
  const angle = angleBetweenUnits(x, y);
  const [cosine, sine] = [Math.cos(angle), Math.max(Math.sin(angle), 1e-3)];
  const [alongX, alongY] = [inner(x, u), inner(y, u)];
  const squares = alongX ** 2 + alongY ** 2;
  const byX = (2 * alongY - 2 * cosine * alongX) / sine;
  const byCosine = (1 - squares) / sine + ((2 * alongX * alongY - cosine * squares) * cosine) / sine ** 3;
  const gradient = scaled(u, byX / (2 * Math.PI));
  addScaled(gradient, byCosine / (2 * Math.PI), y);
  return gradient;
}

/** mᵀ Q_{m,y} y of unit m and y at this angle: the mean of (g·m)₊ (g·y)₊ over normal vectors g. */
export function expectedOverlap(angle: number): number {
  return ((Math.PI - angle) * Math.cos(angle) + Math.sin(angle)) / (2 * Math.PI);
}

/** The gradient of mᵀ Q_{m,y} y with respect to unit m; its part along m has no meaning. */
export function expectedOverlapGradient(m: Float64Array, y: Float64Array): Float64Array {
  return scaled(y, (Math.PI - angleBetweenUnits(m, y)) / (2 * Math.PI));
}
