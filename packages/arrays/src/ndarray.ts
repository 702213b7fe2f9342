// The one tensor type that packages exchange: plain typed arrays with a shape, row-major.

/** An array of numbers on the host: what goes into programs and comes out of them. */
export interface NdArray {
  readonly dtype: 'float32' | 'int32' | 'uint8' | 'bool';
  readonly shape: readonly number[];
  /** Row-major. A `bool` is a byte that is 0 or 1. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** An array of real numbers: images, codes, weights. */
export interface Float32NdArray extends NdArray {
  readonly dtype: 'float32';
  readonly data: Float32Array;
}

/**
 * A float32 array of the given shape over `data` (not copied).
 *
 * @param data row-major: the last axis runs fastest.
 * @throws TypeError when the shape does not hold as many numbers as `data` has.
 * @example
 * import { float32 } from 'blind-demod';
 *
 * const image = float32([1, 2, 3], Float32Array.of(0, 0.5, 1, 1, 0.5, 0)); // one channel, two rows, three columns
 * console.log(image.shape.join(' × '), image.data[2]); // 1 × 2 × 3 1
 */
export function float32(shape: readonly number[], data: Float32Array): Float32NdArray {
  const expected = elementCount(shape);
  if (data.length !== expected) {
    throw new TypeError(`shape [${shape}] expected ${expected} numbers, got ${data.length}`);
  }
  return { dtype: 'float32', shape, data };
}

/** How many elements an array of this shape has; 1 for a scalar, whose shape is []. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, length) => count * length, 1);
}

/** array[rows] along the first axis: the rows of those numbers, in that order, copied. */
export function takeRows({ shape, data }: Float32NdArray, rows: ArrayLike<number>): Float32NdArray {
  const length = elementCount(shape.slice(1));
  const taken = new Float32Array(rows.length * length);
  for (let position = 0; position < rows.length; position++) {
    const row = rows[position]!;
    taken.set(data.subarray(row * length, (row + 1) * length), position * length);
  }
  return float32([rows.length, ...shape.slice(1)], taken);
}

/** Rows of one shape, one after the other: [rows, ...shape], copied. */
export function stackRows(rows: readonly Float32Array[], shape: readonly number[]): Float32NdArray {
  const length = elementCount(shape);
  const data = new Float32Array(rows.length * length);
  for (const [index, row] of rows.entries()) data.set(row, index * length);
  return float32([rows.length, ...shape], data);
}

/** Entry `index` of [count, …], as […]: an image of a batch. Not copied. */
export function imageAt({ shape, data }: Float32NdArray, index: number): Float32NdArray {
  const size = data.length / shape[0]!;
  return float32(shape.slice(1), data.subarray(index * size, (index + 1) * size));
}
