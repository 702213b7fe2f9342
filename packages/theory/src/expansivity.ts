// How expansive a pair of networks is: the constants c that assumptions A2 and A3 of the paper ask for.

/** n log n, which is 0 for n = 1: one input asks nothing of the layer above it. */
const nLogN = (n: number): number => n * Math.log(n);

/** A2 for one inner layer, n_i > c·n_{i−1} log n_{i−1}: it holds for every c below this. */
export function innerExpansivity(from: number, to: number): number {
  return to / nLogN(from);
}

/** A3, ℓ > c·((n_{d−1} log n_{d−1})² + (p_{s−1} log p_{s−1})²): it holds for every c below this. */
export function lastExpansivity(measurements: number, lastHidden: readonly [number, number]): number {
  return measurements / (nLogN(lastHidden[0]) ** 2 + nLogN(lastHidden[1]) ** 2);
}

/** The largest c of A2 over the inner layers of a network; infinite if none asks anything. */
export function expansivity(widths: readonly number[]): number {
  const inner = widths.slice(0, -1);
  return Math.min(...inner.slice(1).map((to, index) => innerExpansivity(inner[index]!, to)));
}

/**
 * P(χ²_k > x), the chance that a row of k standard normals is longer than sqrt(x). With x = 9k it is the share of rows
 * that Theorem 2 zeroes.
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

/** P(N(0, 1) > z) for z ≥ 0, by Simpson's rule; twelve deviations further on nothing is left. */
function normalTail(z: number): number {
  const steps = 4000;
  const h = 12 / steps;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(z) + density(z + 12);
  for (let i = 1; i < steps; i++) sum += density(z + i * h) * (i % 2 === 1 ? 4 : 2);
  return (sum * h) / 3;
}
