// Arithmetic of plain vectors.

export const scaled = (vector: Float64Array, factor: number): Float64Array =>
  vector.map(entry => factor * entry);

/** target += factor · vector. */
export function addScaled(target: Float64Array, factor: number, vector: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * vector[i]!;
}

export const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!);

export const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!);

/** Entry by entry. */
export const times = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value * b[i]!);

/** The vector at unit length; zeros stay zeros. */
export function normalised(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : scaled(vector, 1 / length);
}
