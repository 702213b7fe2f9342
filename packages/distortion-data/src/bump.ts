// A bump of light. It stands alone, so that a browser can load it.

/**
 * g(u, v) = exp(−((u−a)² + (v−b)²) / σ) with its centre at (a, b), for u and v over `resolution` equally spaced points of
 * [−extent, extent]; row-major, u from left to right, values in (0, 1].
 */
export function bump(
  { center: [a, b], width }: { center: readonly [a: number, b: number]; width: number },
  resolution: number,
  extent: number,
): Float32Array {
  const points = equallySpaced([-extent, extent], resolution);
  return Float32Array.from({ length: resolution * resolution }, (_, pixel) => {
    const u = points[pixel % resolution]! - a;
    const v = points[Math.floor(pixel / resolution)]! - b;
    return Math.exp(-(u * u + v * v) / width);
  });
}

/** Both ends included; the middle if there is to be one only. */
export function equallySpaced([low, high]: readonly [number, number], count: number): number[] {
  if (count === 1) return [(low + high) / 2];
  return Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
}
