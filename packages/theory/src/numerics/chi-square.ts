// The tail of the χ² distribution. It keeps its digits where it is tiny: in 1 − P(χ² ≤ x) none are left.

/**
 * P(χ²_k > x), the chance that k standard normals have a sum of squares above x.
 *
 * @param degrees k, 1 or more.
 */
export function chiSquareTail(degrees: number, x: number): number {
  // P_{k+2} = P_k + (x/2)^{k/2} e^{−x/2} / Γ(k/2 + 1), from P_2 = e^{−x/2} or from P_1, the normal distribution's.
  let tail = degrees % 2 === 0 ? Math.exp(-x / 2) : 2 * normalTail(Math.sqrt(x));
  const first = degrees % 2 === 0 ? 2 : 1;
  // The first term, (x/2)^{k/2} e^{−x/2} / Γ(k/2 + 1), at k = 2 or 1; Γ(2) = 1, Γ(3/2) = √π/2.
  let term = first === 2 ? (x / 2) * Math.exp(-x / 2) : Math.sqrt((2 * x) / Math.PI) * Math.exp(-x / 2);
  for (let k = first; k < degrees; k += 2) {
    tail += term;
    term *= x / 2 / (k / 2 + 1);
  }
  return tail;
}

/** P(N(0, 1) > z) for z ≥ 0, by Simpson's rule up to z + 12, beyond which nothing is left. */
function normalTail(z: number): number {
  const steps = 4000;
  const h = 12 / steps;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(z) + density(z + 12);
  for (let i = 1; i < steps; i++) sum += density(z + i * h) * (i % 2 === 1 ? 4 : 2);
  return (sum * h) / 3;
}
