// The weights of a Gaussian mean over neighbours.

/** A Gaussian of standard deviation `sigma` at the whole numbers from −⌈3σ⌉ to ⌈3σ⌉; 1 in the middle. */
export function gaussianWeights(sigma: number): number[] {
  const reach = Math.ceil(3 * sigma);
  return Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
}
