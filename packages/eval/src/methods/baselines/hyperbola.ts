// The nearest point in the hull of a hyperbola's branch: the projection onto {(p, q): p q ≥ y, p ≥ 0, q ≥ 0}.

/** Newton's steps are quadratic: five or six reach rounding, and this many are never needed. */
const STEPS = 50;

/**
 * The point of {(p, q): p q ≥ y, p, q ≥ 0} that is nearest to (u, v); for y ≤ 0 that of the quadrant.
 *
 * With s = p + q and d = p − q the branch is s(d) = √(d² + 4y), and the distance is least where
 * 2d − (u + v) d / s(d) = u − v. The left side is odd in d; for d ≥ 0 it is convex where u + v ≥ 0 and concave where
 * not, so that Newton's method converges without a safeguard, from d = |u − v| and from d = 0.
 */
export function nearestInHull(u: number, v: number, y: number): [p: number, q: number] {
  if (y <= 0) return [Math.max(u, 0), Math.max(v, 0)];
  if (u > 0 && u * v >= y) return [u, v];
  const [sum, gap] = [u + v, Math.abs(u - v)];
  let d = sum >= 0 ? gap : 0;
  for (let step = 0; step < STEPS; step++) {
    const s = Math.sqrt(d * d + 4 * y);
    const change = (2 * d - (sum * d) / s - gap) / (2 - (4 * sum * y) / s ** 3);
    d -= change;
    if (Math.abs(change) <= 1e-14 * s) break;
  }
  // p q = y to the last bit: the smaller of the two is the difference of nearly equal numbers when d is large.
  const larger = (Math.sqrt(d * d + 4 * y) + d) / 2;
  return u >= v ? [larger, y / larger] : [y / larger, larger];
}
