// Arithmetic of plain arrays.

export const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** a ⊙ b */
export const times = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => value * b[i]!);

export const norm = (a: Float32Array): number => Math.sqrt(dot(a, a));

/** The factor that brings an estimate nearest to the truth; 0 where there is nothing to scale. */
export function bestFactor(truth: Float32Array, estimate: Float32Array): number {
  const square = dot(estimate, estimate);
  return square === 0 ? 0 : dot(truth, estimate) / square;
}
