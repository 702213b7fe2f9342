// The networks of the theorems: relu(W_d … relu(W_1 z)), no biases, random weights, any depth and widths.

/** Row-major. */
import { inner, norm, randomStream } from '@blind-demod/arrays';
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export interface ReluNetwork {
  /** n_0, n_1, …, n_d: the latent dimension, the hidden widths, and the number ℓ of measurements. */
  readonly widths: readonly number[];
  /** W_1, …, W_d; W_i is [n_i, n_{i−1}]. */
  readonly layers: readonly Matrix[];
}

export type LastLayer = 'truncated' | 'gaussian';

/**
 * A network of Theorem 2: entries of W_i from N(0, 1/n_i). In a truncated last layer, rows longer than
 * 3·sqrt(n_{d−1}/ℓ) are zeroed.
 *
 * @param name of the network: other names, other weights.
 */
export function randomNetwork({
  widths,
  lastLayer = 'truncated',
  seed,
  name,
}: {
  widths: readonly number[];
  lastLayer?: LastLayer;
  seed: number;
  name: string;
}): ReluNetwork {
  const layers = widths.slice(1).map((rows, index): Matrix => {
    const columns = widths[index]!;
    const random = randomStream(seed, 'theory network', name, index);
    const deviation = 1 / Math.sqrt(rows);
    const data = Float64Array.from({ length: rows * columns }, () => deviation * random.normal());
    const layer = { rows, columns, data };
    return lastLayer === 'truncated' && index === widths.length - 2 ? truncateRows(layer) : layer;
  });
  return { widths, layers };
}

/** The length beyond which Theorem 2 zeroes a row of the last layer. */
export function truncationRadius({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): number {
  return 3 * Math.sqrt(columns / rows);
}

function truncateRows(layer: Matrix): Matrix {
  const radius = truncationRadius(layer);
  const data = layer.data.slice();
  for (let row = 0; row < layer.rows; row++) {
    const values = data.subarray(row * layer.columns, (row + 1) * layer.columns);
    if (norm(values) > radius) values.fill(0);
  }
  return { ...layer, data };
}

/** Gives the activations after every layer, the last being G(z). */
export function activations(network: ReluNetwork, code: Float64Array): Float64Array[] {
  const outputs: Float64Array[] = [];
  for (const layer of network.layers) outputs.push(relu(multiply(layer, outputs.at(-1) ?? code)));
  return outputs;
}

/** G(z). */
export function generate(network: ReluNetwork, code: Float64Array): Float64Array {
  return activations(network, code).at(-1)!;
}

/**
 * Which rows are active, layer by layer, at the point z + δ·direction for all small δ > 0: the one-sided limits of
 * section 3 of the paper. Where a pre-activation is zero, its slope along the direction decides.
 */
export function activePattern(
  network: ReluNetwork,
  code: Float64Array,
  direction: Float64Array = new Float64Array(code.length),
): Uint8Array[] {
  let [value, slope] = [code, direction];
  return network.layers.map(layer => {
    const [values, slopes] = [multiply(layer, value), multiply(layer, slope)];
    // Zero up to the rounding of the products that were summed.
    const zero = 1e-13 * norm(value) * (norm(layer.data) / Math.sqrt(layer.rows));
    const active = Uint8Array.from(values, (v, row) => ((Math.abs(v) > zero ? v : slopes[row]!) > 0 ? 1 : 0));
    value = values.map((v, row) => v * active[row]!);
    slope = slopes.map((v, row) => v * active[row]!);
    return active;
  });
}

/** Λ_z x = Π W_{i,+,z} x, the network's linear piece at a pattern, applied to x. */
export function applyPiece(
  { layers }: ReluNetwork,
  pattern: readonly Uint8Array[],
  code: Float64Array,
): Float64Array {
  return layers.reduce(
    (value, layer, i) => multiply(layer, value).map((v, row) => v * pattern[i]![row]!),
    code,
  );
}

/** Λ_zᵀ v. */
export function applyPieceTransposed(
  { layers }: ReluNetwork,
  pattern: readonly Uint8Array[],
  cotangent: Float64Array,
): Float64Array {
  return layers.reduceRight(
    (value, layer, i) =>
      multiplyTransposed(
        layer,
        value.map((v, row) => v * pattern[i]![row]!),
      ),
    cotangent,
  );
}

export function multiply({ rows, columns, data }: Matrix, vector: Float64Array): Float64Array {
  if (vector.length !== columns) throw new TypeError(`expected a vector of ${columns}, got ${vector.length}`);
  const product = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += data[at++]! * vector[column]!;
    product[row] = sum;
  }
  return product;
}

export function multiplyTransposed({ rows, columns, data }: Matrix, vector: Float64Array): Float64Array {
  if (vector.length !== rows) throw new TypeError(`expected a vector of ${rows}, got ${vector.length}`);
  const product = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const factor = vector[row]!;
    if (factor === 0) continue;
    const at = row * columns;
    for (let column = 0; column < columns; column++) product[column]! += factor * data[at + column]!;
  }
  return product;
}

export const relu = (vector: Float64Array): Float64Array => vector.map(value => Math.max(value, 0));

/** The angle between two vectors that are not zero, in [0, π]. */
export function angle(a: Float64Array, b: Float64Array): number {
  return Math.acos(Math.max(-1, Math.min(1, inner(a, b) / (norm(a) * norm(b)))));
}
