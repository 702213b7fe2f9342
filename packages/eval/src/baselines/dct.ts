// The orthonormal two-dimensional discrete cosine transform (type II; Ahmed, Natarajan and Rao 1974) of each channel.

export interface CosineTransform {
  /** Pixels to coefficients; both [channels, height, width], flat. */
  forward(pixels: Float64Array): Float64Array;
  /** Coefficients to pixels: the transpose, which is the inverse. */
  inverse(coefficients: Float64Array): Float64Array;
}

/** The transform of images [channels, height, width]. */
export function cosineTransform(shape: readonly number[]): CosineTransform {
  const [height, width] = shape.slice(-2) as [number, number];
  const [down, across] = [cosines(height), cosines(width)];
  const [downInverse, acrossInverse] = [transpose(down), transpose(across)];
  return {
    forward: pixels => sandwich(down, pixels, acrossInverse),
    inverse: coefficients => sandwich(downInverse, coefficients, across),
  };
}

type Rows = readonly Float64Array[];

/** Row k: s_k cos(π (i + ½) k / n), with s_k the scale that makes rows unit vectors. */
function cosines(n: number): Rows {
  return Array.from({ length: n }, (_, k) =>
    Float64Array.from(
      { length: n },
      (_, i) => Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (i + 0.5) * k) / n),
    ),
  );
}

function transpose(rows: Rows): Rows {
  return rows.map((_, i) => Float64Array.from(rows, row => row[i]!));
}

/** left · image · right, for each channel. */
function sandwich(left: Rows, image: Float64Array, right: Rows): Float64Array {
  const [height, width] = [left.length, right.length];
  const result = new Float64Array(image.length);
  const row = new Float64Array(width);
  for (let channel = 0; channel < image.length; channel += height * width) {
    for (let i = 0; i < height; i++) {
      // One row of left · image, then that row times right.
      row.fill(0);
      for (let k = 0; k < height; k++) addScaled(row, left[i]![k]!, image, channel + k * width);
      const target = result.subarray(channel + i * width, channel + (i + 1) * width);
      for (let k = 0; k < width; k++) addScaled(target, row[k]!, right[k]!, 0);
    }
  }
  return result;
}

/** sum += scale · values[from …] */
function addScaled(sum: Float64Array, scale: number, values: Float64Array, from: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += scale * values[from + i]!;
}
