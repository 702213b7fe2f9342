// Smooth fields: the logarithm of a light as a sum of Legendre polynomials of the place, at any size.

/** Highest degree in both directions together. */
const DEGREE = 8;

/** The degrees [i, j] of each term; the constant is left out, as the scale of a light is nobody's. */
export const TERMS: readonly (readonly [number, number])[] = Array.from({ length: DEGREE + 1 }, (_, sum) =>
  Array.from({ length: sum + 1 }, (_, j) => [sum - j, j] as const),
)
  .flat()
  .slice(1);

/** Pixel centres of `count` pixels over [−1, 1]. */
const centres = (count: number) => Float64Array.from({ length: count }, (_, i) => (2 * i + 1) / count - 1);

/**
 * √(2i + 1) P_i at the centres of `count` pixels, for each degree i, made orthonormal over these: the mean of the product of
 * two is 1 where they are the same one, else 0. (Of the continuous ones that holds only in the limit.)
 */
function legendre(count: number): Float64Array[] {
  const x = centres(count);
  const rows: Float64Array[] = [];
  for (let degree = 0; degree <= DEGREE; degree++) {
    const last = rows[degree - 1];
    const row = last === undefined ? new Float64Array(count).fill(1) : last.map((value, i) => value * x[i]!);
    if (degree >= count)
      row.fill(0); // so few pixels tell no more degrees apart
    else {
      // Twice, which removes what rounding leaves the first time.
      for (const _ of [1, 2]) for (const before of rows) addScaled(row, before, -mean(row, before));
      const size = Math.sqrt(mean(row, row));
      for (let i = 0; i < count; i++) row[i]! /= size;
    }
    rows.push(row);
  }
  return rows;
}

function mean(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / a.length;
}

function addScaled(to: Float64Array, what: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * what[i]!;
}

const cache = new Map<number, Float64Array[]>();
function legendreOf(count: number): Float64Array[] {
  const rows = cache.get(count) ?? legendre(count);
  cache.set(count, rows);
  return rows;
}

/** The smooth part of a field of height × width numbers, row-major: its coefficients, least squares. */
export function project(field: ArrayLike<number>, height: number, width: number): Float64Array {
  const [down, across] = [legendreOf(height), legendreOf(width)];
  // First along the rows, then along the columns.
  const rows = across.map(polynomial => {
    const sums = new Float64Array(height);
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let x = 0; x < width; x++) sum += field[y * width + x]! * polynomial[x]!;
      sums[y] = sum / width;
    }
    return sums;
  });
  return Float64Array.from(TERMS, ([i, j]) => mean(rows[i]!, down[j]!));
}

/** The field of these coefficients, height × width, row-major, of mean 0. */
export function render(coefficients: ArrayLike<number>, height: number, width: number): Float32Array {
  const [down, across] = [legendreOf(height), legendreOf(width)];
  const field = new Float32Array(height * width);
  const inRow = new Float64Array(DEGREE + 1);
  for (let y = 0; y < height; y++) {
    inRow.fill(0);
    for (const [term, [i, j]] of TERMS.entries()) inRow[i]! += coefficients[term]! * down[j]![y]!;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i <= DEGREE; i++) sum += inRow[i]! * across[i]![x]!;
      field[y * width + x] = sum;
    }
  }
  return field;
}

/** Each term as a field of side × side, row-major. */
export const fieldsOf = (side: number): Float32Array[] =>
  TERMS.map((_, term) =>
    render(
      TERMS.map((_, other) => (other === term ? 1 : 0)),
      side,
      side,
    ),
  );
