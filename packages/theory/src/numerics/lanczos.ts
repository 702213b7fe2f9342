// The eigenvalue of largest magnitude of a symmetric operator, from products alone.
import { addScaled, inner, norm, scaled } from '@blind-demod/arrays';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/**
 * Lanczos' method with full reorthogonalisation. The value is uᵀSu of the unit vector u that is returned. So its
 * magnitude is never above ‖S‖, and it is ‖S‖ when `steps` reaches the dimension.
 *
 * @param product S u.
 *
 * @param start any non-zero vector with a part along the eigenvector; a good guess saves steps.
 */
export function extremeEigenpair(
  product: (u: Float64Array) => Float64Array,
  start: Float64Array,
  steps: number,
): { value: number; vector: Float64Array } {
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let next = scaled(start, 1 / norm(start));
  for (let step = 0; step < Math.min(steps, start.length); step++) {
    basis.push(next);
    const image = product(next);
    diagonal.push(inner(next, image));
    // Twice: once leaves rounding errors that Lanczos' method amplifies.
    for (let pass = 0; pass < 2; pass++)
      for (const vector of basis) addScaled(image, -inner(vector, image), vector);
    const length = norm(image);
    // Further products add no direction to those that the basis has.
    if (length <= 1e-12 * (Math.abs(diagonal[0]!) + (offDiagonal[0] ?? 0))) break;
    offDiagonal.push(length);
    next = scaled(image, 1 / length);
  }
  const size = basis.length;
  const tridiagonal = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    tridiagonal.set(i, i, diagonal[i]!);
    if (i + 1 < size) {
      tridiagonal.set(i, i + 1, offDiagonal[i]!);
      tridiagonal.set(i + 1, i, offDiagonal[i]!);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(tridiagonal, {
    assumeSymmetric: true,
  });
  const extreme = realEigenvalues.reduce(
    (best, value, i) => (Math.abs(value) > Math.abs(realEigenvalues[best]!) ? i : best),
    0,
  );
  const vector = new Float64Array(start.length);
  basis.forEach((direction, i) => {
    addScaled(vector, eigenvectorMatrix.get(i, extreme), direction);
  });
  return { value: realEigenvalues[extreme]!, vector: scaled(vector, 1 / norm(vector)) };
}
