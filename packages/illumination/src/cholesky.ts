// Linear equations with a symmetric, positive matrix, by Cholesky's factor.

/** L of a matrix L Lᵀ, row-major; only the lower half of the matrix is read. */
export function factor(matrix: Float64Array, size: number): Float64Array {
  const lower = matrix.slice();
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = lower[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j]!;
    }
  }
  return lower;
}

/** x of L Lᵀ x = right. */
export function solve(lower: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i * size + k]! * x[k]!;
    x[i]! /= lower[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lower[k * size + i]! * x[k]!;
    x[i]! /= lower[i * size + i]!;
  }
  return x;
}
